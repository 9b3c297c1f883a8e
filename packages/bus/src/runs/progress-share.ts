/** Whether a value is a valid progress report, from 0 to 1. */
export function isShare(share: unknown): share is number {
  return typeof share === 'number' && share >= 0 && share <= 1;
}
