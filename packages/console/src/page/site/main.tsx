import { render } from 'preact';
import { Frame } from '../frame.tsx';
import { Playground } from '../playground/playground.tsx';

/* The playground alone, as static files for any web server. */

const place = document.querySelector('#page');
if (place === null) throw new Error('the page has no place for its content');
render(
  <Frame>
    <Playground />
  </Frame>,
  place,
);
