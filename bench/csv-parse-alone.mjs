// The baseline for an import: csv-parse reads the same file and does nothing with its rows.
import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'

let rows = 0
const parser = createReadStream(process.argv[2]).pipe(parse({ relax_column_count: true }))
parser.on('data', () => rows++)
parser.on('end', () => console.log(JSON.stringify({ read: rows - 1 })))
