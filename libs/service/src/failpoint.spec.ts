import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FailpointError, armFailpoints, failpoint, failpointAsync } from './failpoint.js';

describe('failpoints', () => {
  afterEach(() => {
    armFailpoints('');
    jest.restoreAllMocks();
  });

  it('are nothing while none is armed', async () => {
    failpoint('directory.after-commit');
    await failpointAsync('directory.after-commit');
    armFailpoints('another.place=throw');
    failpoint('directory.after-commit');
  });

  it('throw at their place', async () => {
    armFailpoints('a=throw, b');
    expect(() => failpoint('a')).toThrow(new FailpointError('a'));
    await expect(failpointAsync('b')).rejects.toThrow('failpoint b');
  });

  it('strike the first time only when told so', () => {
    armFailpoints('a=throw*1');
    expect(() => failpoint('a')).toThrow(FailpointError);
    failpoint('a');
  });

  it.each([
    ['kill', 'SIGKILL'],
    ['stop', 'SIGSTOP'],
  ])('%s this process', (action, signal) => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    armFailpoints(`a=${action}`);
    failpoint('a');
    expect(kill.mock.calls).toEqual([[process.pid, signal]]);
  });

  it('let the rest of the process go on during an asynchronous delay, and block it during the other', async () => {
    armFailpoints('a=delay:40');
    const order: string[] = [];
    const waiting = failpointAsync('a').then(() => order.push('delayed'));
    setImmediate(() => order.push('others'));
    await waiting;
    expect(order).toEqual(['others', 'delayed']);
    const startedAt = performance.now();
    failpoint('a');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39);
  });

  it.each(['a=explode', 'a=delay', 'a=delay:x', 'a=delay:99999', '=kill', 'a=throw*2', 'a b=kill'])(
    'refuse %j',
    (text) => {
      expect(() => armFailpoints(text)).toThrow(RangeError);
    },
  );
});
