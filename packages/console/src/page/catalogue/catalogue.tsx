import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CatalogueView } from '../api.ts';
import { catalogue as readCatalogue, Problem } from '../api.ts';
import { route } from '../route.ts';
import { ContractPanel } from './contract-panel.tsx';

/** Read once: it does not change while a console runs. */
const known = signal<CatalogueView | undefined>(undefined);
const search = signal('');

/** Above it, names are searched for. */
const listMax = 12;

/** Every formula and operation, and a form that calls a formula. */
export function Catalogue(): JSX.Element {
  const problem = useCatalogue();
  if (known.value === undefined) return <p class="empty">{problem ?? 'Loading…'}</p>;
  const { formulas, operations } = known.value;
  const [name = '', asked = ''] = route.value.rest.split('/');
  const all = [...formulas, ...operations];
  const selected = all.find((contract) => contract.name === name) ?? all[0];
  return (
    <>
      <h1 class="unseen">Catalogue</h1>
      <div class="catalogue">
        <nav aria-label="Contracts" class="names">
          {all.length > listMax && (
            <label class="field">
              Search
              <input
                type="search"
                value={search.value}
                onInput={({ currentTarget }) => (search.value = currentTarget.value)}
              />
            </label>
          )}
          <Names title="Formulas" names={formulas.map((one) => one.name)} selected={selected?.name} />
          <Names title="Operations" names={operations.map((one) => one.name)} selected={selected?.name} />
        </nav>
        {selected === undefined ? (
          <p class="empty">The catalogue is empty.</p>
        ) : (
          <ContractPanel key={selected.name} contract={selected} again={asked} />
        )}
      </div>
    </>
  );
}

function useCatalogue(): string | undefined {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (known.peek() !== undefined) return;
    readCatalogue().then(
      (read) => (known.value = read),
      (error: unknown) => setProblem(error instanceof Problem ? error.message : String(error)),
    );
  }, []);
  return problem;
}

interface NamesProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly selected: string | undefined;
}

function Names({ title, names, selected }: NamesProps): JSX.Element | null {
  const wanted = search.value.trim().toLowerCase();
  const shown = names.filter((name) => name.toLowerCase().includes(wanted));
  if (shown.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {shown.map((name) => (
          <li key={name}>
            <a href={`#/catalogue/${name}`} aria-current={name === selected ? 'true' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
