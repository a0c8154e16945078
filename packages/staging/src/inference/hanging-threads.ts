let hanging = 0;

/** Notes that an inference thread is in a run that does not end. */
export function threadHangs(): void {
  hanging += 1;
}

/** Whether an inference thread is in a run that does not end, as on a GPU that hangs. `process.exit` would wait for it for ever: such a process has to be killed. */
export function aThreadHangs(): boolean {
  return hanging > 0;
}
