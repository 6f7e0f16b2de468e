/** Where access tokens come from: the application. */

/**
 * Gives the access token to use now, `null` when nobody is signed in. `refresh` is the token that the server
 * no longer takes: give another one, or `null`. Throw when it cannot be known now (the network is away, say):
 * it is asked again.
 */
export type GetToken = (ask: { refresh: string | null }) => Promise<string | null> | string | null;

/** The user whom an access token names, without judging it: the server does that. */
export function userIdOf(token: string): string | null {
  const claims = token.split('.')[1];
  if (claims === undefined) {
    return null;
  }
  try {
    const json: unknown = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    const named = typeof json === 'object' && json !== null && 'sub' in json ? json.sub : null;
    return typeof named === 'string' ? named : null;
  } catch {
    return null;
  }
}
