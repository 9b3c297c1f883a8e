import { computed, signal } from '@preact/signals';

/* The part of the address after `#` names the view. It survives a reload, and can be sent to another person. */

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** `#/requests/k3f0q9x2m1zd-7f` is the view `requests` with a rest. */
export const route = computed(() => {
  const [, view = '', ...rest] = hash.value.split('/');
  return { view: view === '' ? 'overview' : view, rest: decoded(rest.join('/')) };
});

export function go(target: string): void {
  location.hash = target;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}
