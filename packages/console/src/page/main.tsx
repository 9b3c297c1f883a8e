import { render } from 'preact';
import { Page } from './page.tsx';
import { hearServer } from './stream.ts';

const place = document.querySelector('#page');
if (place === null) throw new Error('the page has no place for its content');
render(<Page />, place);
hearServer();
