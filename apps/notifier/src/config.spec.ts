import { describe, expect, it } from '@jest/globals';
import { groupWaitMsOf, mailHostOf, parseNotifierConfig, requiresTls } from './config.js';

const env = {
  INTERNAL_TOKEN: 'a-service-credential-of-32-letters',
  DATABASE_URL: 'postgresql://muster:secret@127.0.0.1:5432/muster',
  DIRECTORY_URL: 'http://127.0.0.1:8081',
  SMTP_URL: 'smtp://127.0.0.1:1025',
  MAIL_FROM: 'Muster <muster@muster.example>',
};

describe('parseNotifierConfig', () => {
  it('has a default for all but what it cannot know', () => {
    const config = parseNotifierConfig(env);
    expect(config).toMatchObject({
      databaseRole: 'muster_notifier',
      quietPeriodMs: 86_400_000,
      mailRetryScale: 1,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every problem at once, and no secret', () => {
    const parse = (): unknown =>
      parseNotifierConfig({
        SMTP_URL: 'http://user:hunter2@mail.example',
        MAIL_FROM: 'nobody',
        GROUP_WAIT_MS: 'soon',
        MAIL_CONCURRENCY: '0',
      });
    expect(parse).toThrow(
      /(?=[^]*SMTP_URL)(?=[^]*MAIL_FROM)(?=[^]*GROUP_WAIT_MS)(?=[^]*MAIL_CONCURRENCY)(?=[^]*DATABASE_URL)(?=[^]*DIRECTORY_URL)(?=[^]*INTERNAL_TOKEN)/,
    );
    expect(parse).not.toThrow(/hunter2/);
  });

  it.each([
    'a@b.example, c@d.example',
    'x\r\nBcc: evil@x.example <a@b.example>',
    'a@b.example\r\nBcc: evil@x.example',
    'no address',
  ])('does not take %j for a sender', (MAIL_FROM) => {
    expect(() => parseNotifierConfig({ ...env, MAIL_FROM })).toThrow(/MAIL_FROM/);
  });

  it.each([
    [{ MUSTER_ENV: 'production' }, 120_000],
    [{ MUSTER_ENV: 'development' }, 2_000],
    [{ MUSTER_ENV: 'production', GROUP_WAIT_MS: '5000' }, 5_000],
  ])('in %j a mail waits %d ms for company', (changes, expected) => {
    expect(groupWaitMsOf(parseNotifierConfig({ ...env, ...changes }))).toBe(expected);
  });

  it.each([
    [{}, false],
    [{ SMTP_URL: 'smtp://localhost:25' }, false],
    [{ SMTP_URL: 'smtp://mail.example:587' }, true],
    [{ SMTP_URL: 'smtp://mail.example:587', SMTP_REQUIRE_TLS: 'false' }, false],
    [{ SMTP_REQUIRE_TLS: 'true' }, true],
  ])('with %j encryption is required: %s', (changes, expected) => {
    expect(requiresTls(parseNotifierConfig({ ...env, ...changes }))).toBe(expected);
  });

  it.each([
    ['Muster <muster@Muster.example>', 'muster.example'],
    ['muster@localhost', 'localhost'],
  ])('names the mails of %s after %s', (mailFrom, host) => {
    expect(mailHostOf({ mailFrom })).toBe(host);
  });
});
