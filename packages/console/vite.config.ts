import type { Plugin } from 'vite';
import { defaultClientConditions, defineConfig } from 'vite';
import { licenceNotices } from '../../scripts/licence-notices.mjs';

/*
 * The page, built into `dist/page`, from where the server reads the files. With `--mode site`, the playground alone is
 * built into `dist/site`: static files for any web server.
 */

export default defineConfig(({ mode }) => ({
  root: mode === 'site' ? 'src/page/site' : 'src/page',
  base: './',
  // The simulation of the playground is made of packages of this workspace, from their sources.
  resolve: { conditions: ['@cateto/source', ...defaultClientConditions] },
  plugins: [bundled(), licences()],
  worker: { format: 'es', plugins: () => [bundled()] },
  // A style or script inside of the HTML would need an exception in the Content-Security-Policy.
  build: {
    outDir: mode === 'site' ? '../../../dist/site' : '../../dist/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: true,
  },
}));

const files = new Set<string>();

/** Collects what is bundled into the page and, before, into its worker. */
function bundled(): Plugin {
  return {
    name: 'bundled',
    generateBundle(_options, chunks) {
      for (const chunk of Object.values(chunks))
        if (chunk.type === 'chunk')
          for (const [file, { renderedLength }] of Object.entries(chunk.modules))
            if (renderedLength > 0) files.add(file);
    },
  };
}

function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: licenceNotices(files) });
    },
  };
}
