/** The rules of all TypeScript here: strict ones for everybody, and walls between the rooms. */

import next from '@next/eslint-plugin-next';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const SOCKET = {
  group: ['socket.io-client'],
  message: 'Only realtime/ speaks to the socket: use its typed `request`.',
};
const REACT = {
  group: ['react', 'react-dom', 'react/*', 'react-dom/*', 'next', 'next/*'],
  message: 'This room runs without React.',
};
const upwards = (...rooms) => ({
  group: rooms.flatMap((room) => [`@/${room}/*`, `@/${room}`, `**/${room}/*`]),
  message:
    'No import upwards: app → components → hooks → { realtime, calls, api, store } → generated.',
});

/** For one file the last matching wall replaces the others, so each names all that it forbids. */
const wall = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

export default defineConfig([
  globalIgnores([
    '**/node_modules/',
    '**/dist/',
    '**/generated/',
    '**/.next/',
    '**/out/',
    '**/next-env.d.ts',
    'crates/',
    'data/',
    'docs/',
    'e2e/',
    'fuzz/',
    'target/',
    'web/public/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      complexity: ['error', 10],
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', prefer: 'type-imports' },
      ],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: [
      'packages/client/src/**/*.{ts,tsx}',
      'web/src/{realtime,calls,api,store}/**/*.{ts,tsx}',
    ],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'error' },
  },
  {
    files: ['packages/client/src/react/**', 'web/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    rules: { 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['web/src/**/*.{ts,tsx}'],
    extends: [next.configs['core-web-vitals']],
    settings: { next: { rootDir: 'web' } },
  },
  // The package: react → chat → { store, outbox, calls } → realtime → api → generated.
  wall(['packages/client/src/react/**'], SOCKET),
  wall(['packages/client/src/*.ts'], SOCKET, REACT),
  wall(['packages/client/src/store/**'], SOCKET, REACT, upwards('react', 'realtime', 'calls')),
  wall(['packages/client/src/outbox/**'], SOCKET, REACT, upwards('react', 'store', 'calls')),
  wall(
    ['packages/client/src/calls/**'],
    SOCKET,
    REACT,
    upwards('react', 'store', 'outbox', 'realtime'),
  ),
  wall(['packages/client/src/realtime/**'], REACT, upwards('react', 'store', 'outbox', 'calls')),
  wall(
    ['packages/client/src/api/**'],
    SOCKET,
    REACT,
    upwards('react', 'store', 'outbox', 'calls', 'realtime'),
  ),
  // The page.
  wall(
    ['web/src/{realtime,calls,api,store}/**/*.{ts,tsx}'],
    SOCKET,
    REACT,
    upwards('hooks', 'components', 'app'),
  ),
  wall(['web/src/hooks/**/*.{ts,tsx}'], SOCKET, upwards('components', 'app')),
  wall(['web/src/components/**/*.{ts,tsx}'], SOCKET, upwards('app')),
  wall(['web/src/app/**/*.{ts,tsx}'], SOCKET),
  {
    // Next wants its routes and every tool its configuration as the default.
    files: ['web/src/app/**', '**/*.config.{ts,js,mjs}'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}'],
    rules: { 'max-lines': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
]);
