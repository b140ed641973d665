// `npm run test:all`: also the files `*.long.test.ts`, and of the others all cases (test/helpers/cases.ts).
import quick from './jest.config.mjs';

process.env.ISTHMUS_TESTS = 'all';

export default { ...quick, testPathIgnorePatterns: [] };
