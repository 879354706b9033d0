/** Something a person has to put right; its message says what. */
export class Trouble extends Error {}

/** Progress goes to stderr: stdout belongs to the command. */
export function say(line) {
  process.stderr.write(`etherlynk: ${line}\n`);
}
