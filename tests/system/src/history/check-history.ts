import { checkFacts } from './check-facts.js';
import { checkMembers } from './check-members.js';
import { checkUsers } from './check-users.js';
import { type FinalState } from './final-state.js';
import { type Operation } from './history.js';
import { type Problem } from './problem.js';

/**
 * Everything that clients were told against everything that is left. Guarantee of the platform that this looks for: what was
 * acknowledged is there once, what was refused left no trace, what is unknown has happened once or not at all, and log,
 * database and mail tell the same story.
 */
export function checkHistory(operations: readonly Operation[], state: FinalState): Problem[] {
  return [
    ...checkUsers(operations, state),
    ...checkMembers(operations, state),
    ...checkFacts(state),
    ...checkRest(state),
  ];
}

/** At rest nothing waits: no command without its outcome, no fact unpublished, no failure without a mail. */
function checkRest(state: FinalState): Problem[] {
  const problems: Problem[] = state.undecidedCommands.map((key) => ({
    rule: 'command-undecided',
    key,
    detail: 'it is in the log and has no outcome',
  }));
  if (state.outboxRows > 0)
    problems.push({ rule: 'outbox-not-empty', key: 'outbox', detail: `${state.outboxRows} rows` });
  return [...problems, ...checkMails(state)];
}

/** Mails tell groups of failures with their number; together they tell each failure, and each once. */
function checkMails({ failures, mails }: FinalState): Problem[] {
  const groupOf = (each: { cause: string; groupingKey: string }): string =>
    `${each.cause} ${each.groupingKey}`;
  const told = new Map<string, number>();
  for (const mail of mails) {
    if (mail.state === 'sent') told.set(groupOf(mail), (told.get(groupOf(mail)) ?? 0) + mail.failureCount);
  }
  return [...Map.groupBy(failures, groupOf)].flatMap(([group, some]) => {
    const wanted = new Set(some.map(({ failureId }) => failureId)).size;
    const count = told.get(group) ?? 0;
    if (count === wanted) return [];
    return [
      { rule: 'failure-not-mailed' as const, key: group, detail: `${wanted} failures, mails tell ${count}` },
    ];
  });
}

/** A failure is told of what a client was refused, or never heard of: there are not more of them than such attempts. */
export function checkFailures({ failures }: FinalState, attemptsWithoutSuccess: number): Problem[] {
  const ids = new Set(failures.map(({ failureId }) => failureId));
  if (ids.size <= attemptsWithoutSuccess) return [];
  const causes = [...new Set(failures.map(({ cause }) => cause))].join(', ');
  const detail = `${ids.size} failures of ${attemptsWithoutSuccess} attempts without success: ${causes}`;
  return [{ rule: 'failure-from-nowhere', key: 'failures', detail }];
}
