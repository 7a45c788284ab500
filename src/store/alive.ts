/**
 * Whether a program of this machine still runs; one of another user counts as running.
 * @param pid its number, which the system may have given to another program since
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
