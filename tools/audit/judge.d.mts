export function judgeAudit(stdout: string): { asked: boolean; failed: boolean; lines: string[] }
