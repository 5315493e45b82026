/** Prints an environment for docker-compose.yml with fresh secrets: `node deploy/make-env.mjs > .env`. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';

const secret = () => randomBytes(32).toString('base64url');

process.stdout.write(
  [
    '# Secrets of one installation. Keep this file to yourself.',
    `POSTGRES_PASSWORD=${secret()}`,
    `INTERNAL_TOKEN=${secret()}`,
    `ADMIN_TOKEN=${secret()}`,
    '# Keys the digests of tenant tokens: with another one no token is valid any more.',
    `TOKEN_PEPPER=${secret()}`,
    '# What connectors reach the gateway under.',
    'PUBLIC_BASE_URL=http://127.0.0.1:8080/scim/v2',
    '',
  ].join('\n'),
);
