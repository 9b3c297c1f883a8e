import { calledAs, environment } from '@cateto/app-kit';

/** The words by which a user calls the client: `cateto client`, `pnpm calc` in this workspace, or `client`. */
export function programName(): string {
  return calledAs(environment()['npm_lifecycle_event'] === 'calc' ? 'pnpm calc' : 'client');
}
