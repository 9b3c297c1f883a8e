import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Frame } from './frame.tsx';
import { LazyPlayground } from './playground/lazy.tsx';
import { Catalogue } from './catalogue/catalogue.tsx';
import { Chaos } from './chaos/chaos.tsx';
import { Overview } from './overview/overview.tsx';
import { Requests } from './requests/requests.tsx';
import { route } from './route.ts';
import { link, welcome } from './store.ts';
import { Timeline } from './timeline/timeline.tsx';

interface View {
  readonly name: string;
  readonly title: string;
  readonly show: ComponentType;
}

const views: readonly View[] = [
  { name: 'overview', title: 'Overview', show: Overview },
  { name: 'requests', title: 'Requests', show: Requests },
  { name: 'timeline', title: 'Timeline', show: Timeline },
  { name: 'catalogue', title: 'Catalogue', show: Catalogue },
  { name: 'chaos', title: 'Chaos', show: Chaos },
  { name: 'playground', title: 'Playground', show: LazyPlayground },
];

export function Page(): JSX.Element {
  const { view } = route.value;
  const current = views.find(({ name }) => name === view) ?? views[0];
  const Show = current?.show ?? Overview;
  useEffect(() => {
    document.title = `${current?.title} – Cateto console`;
  }, [current]);
  return (
    <Frame
      head={
        <>
          <nav aria-label="Views">
            {views.filter(isThere).map(({ name, title }) => (
              <a key={name} href={`#/${name}`} aria-current={name === current?.name ? 'page' : undefined}>
                {title}
              </a>
            ))}
          </nav>
          <Link />
        </>
      }
    >
      <Show />
    </Frame>
  );
}

/** Only a console that owns the processes may end them. */
function isThere({ name }: View): boolean {
  return name !== 'chaos' || welcome.value?.chaos === true;
}

const linkTexts = { connecting: 'Connecting…', live: 'Live', lost: 'Reconnecting…' };

function Link(): JSX.Element {
  const readOnly = welcome.value?.mayCall === false;
  return (
    <p class="link" role="status">
      <span class={`dot ${link.value}`} aria-hidden="true" />
      {linkTexts[link.value]}
      {readOnly && <span class="faint"> · read-only</span>}
    </p>
  );
}
