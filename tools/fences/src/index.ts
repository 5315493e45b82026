export { cruiseTree, ruleNames, type Violation } from './rooms/cruise-tree.js';
