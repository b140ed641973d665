// `npm run test:browser`: the tests that need Chromium (test/helpers/chromium.ts).
import quick from './jest.config.mjs';

process.env.ISTHMUS_BROWSER = 'yes';

export default { ...quick, testMatch: ['<rootDir>/test/**/*.browser.test.ts'], maxWorkers: 1 };
