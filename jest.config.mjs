export default {
  testTimeout: 300_000, // many tests start a process, and machines are shared: only what hangs is ended
  maxWorkers: '100%', // jest leaves one core free, which is half of a small machine
  // Each test file leaves some megabytes behind (Node does not collect the contexts of its ES modules): a process that has
  // grown is replaced by a new one. A large one would also take too long to end.
  workerIdleMemoryLimit: '200MB',
  setupFiles: ['<rootDir>/test/helpers/sameCases.ts', '<rootDir>/test/helpers/emitted/relaxedSimd.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/helpers/endThreads.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['\\.long\\.test\\.ts$'], // `npm run test:all` runs them: jest.all.config.mjs
  extensionsToTreatAsEsm: ['.ts'],
  // A reader's import (`from 'isthmus'`) means the sources here, not a build that may be stale.
  moduleNameMapper: {
    '^isthmus$': '<rootDir>/src/index.ts',
    '^isthmus/(compression|io|node)$': '<rootDir>/src/$1/index.ts',
  },
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
};
