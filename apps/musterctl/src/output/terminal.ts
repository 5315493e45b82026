/** The two streams: data for pipes, talk for people. */
export interface Terminal {
  data(text: string): void;
  talk(text: string): void;
}

export const processTerminal: Terminal = {
  data: (text) => void process.stdout.write(`${text}\n`),
  talk: (text) => void process.stderr.write(`${text}\n`),
};
