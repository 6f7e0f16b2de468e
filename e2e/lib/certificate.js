/** Certificates that live as long as a test: signed by themselves, for this machine. */

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Puts a new certificate and its key where a server is told to find them; gives the certificate. */
export async function putCertificate(folder) {
  const { cert, key } = certificateFiles(folder);
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-out', `${cert}.new`, '-keyout', `${key}.new`, '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, ...subject, ...files]);
  for (const file of [cert, key]) await writeFile(file, await readFile(`${file}.new`));
  return readFile(cert, 'utf8');
}

/** Where they are. */
export function certificateFiles(folder) {
  return { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
}
