#!/usr/bin/env node
await import('./create.ts');
