/**
 * What is shown is told by the address.
 *
 * @vitest-environment happy-dom
 */

import { expect, test } from 'vitest';

import { followAddress, format, navigate, parse, route, type Route } from '@/store/route';

const START: Route = {
  view: 'conversations',
  conversationId: null,
  messageId: null,
  section: null,
};

test('an address says what is shown, and is read as it was written', () => {
  const shown: Route[] = [
    START,
    { ...START, conversationId: 'a&b=c', messageId: 'm/1' },
    { ...START, view: 'settings', section: 'profile' },
    { ...START, view: 'people', conversationId: 'c' },
  ];
  for (const each of shown) {
    expect(parse(new URL(format(each), 'http://x').search)).toEqual(each);
  }
});

test('what an address must not say is passed over', () => {
  expect(parse('?view=nonsense&other=1')).toEqual(START);
});

test('the link to a message is the documented one', () => {
  const link = format({ ...START, conversationId: 'c1', messageId: 'm1' });
  expect(link).toBe('/?conversation=c1&message=m1');
});

test('back shows what was shown before, and another listener hears of it no more', () => {
  const stop = followAddress();
  let heard = 0;
  const count = (): void => void (heard += 1);
  window.addEventListener('popstate', count);
  navigate({ conversationId: 'c1' });
  expect(route.getState().conversationId).toBe('c1');
  window.history.replaceState(null, '', '/');
  window.dispatchEvent(new PopStateEvent('popstate'));
  expect(route.getState()).toEqual(START);
  expect(heard).toBe(0);
  window.removeEventListener('popstate', count);
  stop();
});
