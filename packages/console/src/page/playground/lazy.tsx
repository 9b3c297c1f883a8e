import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The playground, whose script is loaded only when it is opened. */
export function LazyPlayground(): JSX.Element {
  const [Loaded, setLoaded] = useState<ComponentType | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    let current = true;
    import('./playground.tsx').then(
      ({ Playground }) => current && setLoaded(() => Playground),
      () => current && setProblem('The playground could not be loaded. Reload the page.'),
    );
    return () => void (current = false);
  }, []);
  if (Loaded !== undefined) return <Loaded />;
  return (
    <>
      <h1 class="unseen">Playground</h1>
      <p class="empty">{problem ?? 'Loading…'}</p>
    </>
  );
}
