/*
 * Two functions, because a function's plans are kept by the server for as long as a connection lasts, also behind
 * PgBouncer; and because one call is one round trip.
 *
 * `count` adds to numbers, and to the minute's where they are events.
 *
 * `take` makes the rows of operations of proved senders none of whose ids is known yet, and counts them. It returns the operations that it
 * has left alone, whole: where an id is known, or where an account (`counted`) would come to have more than `most` live
 * rows with those that come now (`lives`). Rows are numbered by their `places`. They are made in the order in which they
 * are given, which is that of their ids, so that two callers cannot each wait for the other. Fails as contention where
 * another transaction has made one of the rows meanwhile. Whoever calls it gives no id twice, gives no `most`
 * where there is room in any case, and says what is to be counted (`owners`, `names`, `amounts`) where no operation is left
 * alone, which is nearly always.
 *
 * Few of the ids are known, so all of them are looked for at once first where they are of one account. What is looked for by
 * row stands as a value of its own, not as a join: it costs a third less, and the planner cannot turn it round. The columns of a new row are read out of the arrays, which takes less than to turn twelve
 * of them into rows first.
 *
 * Every statement in here sees what was committed before it began (READ COMMITTED, see `begin` in postgres/connection.ts). `seen` is that of the first, written down: the transactions
 * that had ended by then. Where it is the same after the insert, no other has ended in between.
 *
 * `force_generic_plan`: each statement finds a few rows by an index, whatever it is given, and planning would cost more
 * than executing. The plans do not outlive a change of the tables' statistics.
 */
/** Adds `amounts` to the numbers that `accounts` and `names` say. */
const addAll = `
  INSERT INTO pushferry.tally AS t (account, name, shard, n)
    SELECT k.account, k.name, share, k.amount FROM unnest(accounts, names, amounts) AS k (account, name, amount)
    ORDER BY k.account, k.name COLLATE "C"
    ON CONFLICT (account, name, shard) DO UPDATE SET n = t.n + excluded.n;
  INSERT INTO pushferry.minute AS m (account, at, event, shard, n)
    SELECT k.account, minute, substr(k.name, 7), share, k.amount
    FROM unnest(accounts, names, amounts) AS k (account, name, amount)
    WHERE k.name LIKE 'event:%'
    ORDER BY k.account, k.name COLLATE "C"
    ON CONFLICT (account, at, event, shard) DO UPDATE SET n = m.n + excluded.n;`

export const count = `
CREATE FUNCTION pushferry.count(accounts bigint[], names text[], amounts bigint[], share integer, minute bigint)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN${addAll}
END
$$;
`

export const take = `
CREATE FUNCTION pushferry.take(
  operations integer[], places integer[], accounts bigint[], ids text[], types text[], lanes smallint[], keyings boolean[],
  fingerprints text[], tokens text[], points text[], auths text[], notes text[], received bigint,
  counted bigint[], lives bigint[], most bigint, owners bigint[], names text[], amounts bigint[], share integer,
  minute bigint
) RETURNS integer[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  seen text := pg_current_snapshot();
  passed integer[] := '{}';
  is_known boolean := true;
  ages bigint[];
BEGIN
  IF cardinality(counted) = 1 THEN
    is_known := EXISTS (SELECT FROM pushferry.queue q WHERE q.account = counted[1] AND q.object_id = ANY (ids))
      OR EXISTS (SELECT FROM pushferry.settled s WHERE s.account = counted[1] AND s.object_id = ANY (ids));
  END IF;
  IF is_known OR most IS NOT NULL THEN
    SELECT coalesce(array_agg(k.operation), '{}') INTO passed
      FROM unnest(operations, accounts, ids) AS k (operation, account, object_id)
      WHERE (SELECT true FROM pushferry.queue q WHERE q.account = k.account AND q.object_id = k.object_id)
        OR (SELECT true FROM pushferry.settled s WHERE s.account = k.account AND s.object_id = k.object_id)
        OR k.account = ANY (ARRAY (SELECT c.account FROM unnest(counted, lives) AS c (account, live)
          WHERE c.live + (SELECT coalesce(sum(t.n), 0) FROM pushferry.tally t
            WHERE t.account = c.account AND t.name = 'state:queued:live') > most));
    IF passed @> operations THEN
      RETURN passed;
    END IF;
  END IF;

  FOR block IN 0 .. (cardinality(ids) - 1) / 1000 LOOP
    ages[block] := nextval('pushferry.age');
  END LOOP;
  INSERT INTO pushferry.queue (account, object_id, type, state, lane, seq, keyed, proved, attempts, deferrals, failures,
      received_at, ready_at, due_at, fingerprint, token, p256dh, auth, warnings)
    SELECT accounts[i], ids[i], types[i], 0, lanes[i], ages[places[i] / 1000] + places[i] % 1000, keyings[i], true, 0, 0, 0,
      received, received, 0, decode(fingerprints[i], 'hex'), tokens[i], points[i], auths[i], notes[i]
    FROM generate_series(1, cardinality(ids)) AS i
    WHERE operations[i] <> ALL (passed);
  -- The insert keeps others from adding the same; this finds what came to be settled before it.
  IF pg_current_snapshot()::text <> seen THEN
    PERFORM pushferry.insist(NOT EXISTS (
      SELECT FROM unnest(operations, accounts, ids) AS k (operation, account, object_id)
      WHERE k.operation <> ALL (passed)
        AND (SELECT true FROM pushferry.settled s WHERE s.account = k.account AND s.object_id = k.object_id)));
  END IF;
  IF passed <> '{}' THEN
    SELECT array_agg(c.account), array_agg(c.name), array_agg(c.amount) INTO owners, names, amounts FROM (
      SELECT k.account, CASE k.lane WHEN 0 THEN 'state:queued:live' ELSE 'state:queued:import' END AS name, count(*) AS amount
        FROM unnest(operations, accounts, lanes) AS k (operation, account, lane)
        WHERE k.operation <> ALL (passed) GROUP BY k.account, k.lane
      UNION ALL SELECT k.account, 'event:queued', count(*) FROM unnest(operations, accounts) AS k (operation, account)
        WHERE k.operation <> ALL (passed) GROUP BY k.account
    ) AS c;
  END IF;${addAll.replaceAll('accounts', 'owners')}
  RETURN passed;
END
$$;
`
