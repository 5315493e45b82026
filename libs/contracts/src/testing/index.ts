export { readSamples, sampledTopics, type SampleRecord } from './read-samples.js';
