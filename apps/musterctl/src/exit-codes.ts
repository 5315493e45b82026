/** What scripts may rely on. Listed by `musterctl --help`. */
export const EXIT_CODES = {
  done: 0,
  /** Something nobody foresaw; the message says what. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No stack was found, or it does not answer. */
  unreachable: 3,
  /** The admin token is not accepted. */
  unauthorized: 4,
  /** There is no such tenant, domain or token, or nothing registered. */
  notFound: 5,
  /** The platform refused what was asked for. */
  refused: 6,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `
Exit codes: 0 done, 1 failed, 2 wrong command line, 3 no stack found or no answer,
            4 admin token not accepted, 5 no such tenant, domain or token, 6 refused`;
