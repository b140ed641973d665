export { infoCommand as evaluateCommand } from './info.ts';
