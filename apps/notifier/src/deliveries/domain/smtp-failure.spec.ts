import { describe, expect, it } from '@jest/globals';
import { RESPONSE_CHARACTERS_MAX, resultOfSmtpFailure } from './smtp-failure.js';

describe('resultOfSmtpFailure', () => {
  it.each([
    ['greylisting', { responseCode: 450, response: '450 4.2.0 try later', command: 'RCPT TO' }, 'deferred'],
    ['a full mailbox', { responseCode: 452, response: '452 full', command: 'DATA' }, 'deferred'],
    ['a server that goes down', { responseCode: 421, response: '421 closing', command: 'CONN' }, 'deferred'],
    [
      'an unknown recipient',
      { responseCode: 550, response: '550 5.1.1 no such user', command: 'RCPT TO' },
      'refused',
    ],
    ['a refused sender', { responseCode: 553, response: '553 no', command: 'MAIL FROM' }, 'refused'],
    ['refused content', { responseCode: 554, response: '554 spam', command: 'DATA' }, 'refused'],
    [
      'our own credentials',
      { responseCode: 535, response: '535 bad credentials', command: 'AUTH PLAIN' },
      'deferred',
    ],
    [
      'a server that wants none of us',
      { responseCode: 554, response: '554 go away', command: 'CONN' },
      'deferred',
    ],
    ['silence', { code: 'ETIMEDOUT', command: 'CONN' }, 'deferred'],
    ['a connection lost after the final dot', { code: 'ECONNECTION', command: 'DATA' }, 'deferred'],
    ['an error that says nothing', {}, 'deferred'],
  ])('takes %s as %j -> %s', (_, failure, outcome) => {
    expect(resultOfSmtpFailure(failure).outcome).toBe(outcome);
  });

  it('keeps the reply, bounded and on one line', () => {
    const result = resultOfSmtpFailure({
      responseCode: 550,
      response: `550-a\r\n550 ${'b'.repeat(5_000)}`,
      command: 'DATA',
    });
    expect(result.smtpCode).toBe(550);
    expect(result.response).toMatch(/^550-a 550 b/);
    expect(result.response).toHaveLength(RESPONSE_CHARACTERS_MAX);
  });

  it('keeps the code of the client where there was no reply', () => {
    expect(resultOfSmtpFailure({ code: 'ECONNREFUSED' })).toEqual({
      outcome: 'deferred',
      smtpCode: null,
      response: 'ECONNREFUSED',
    });
  });
});
