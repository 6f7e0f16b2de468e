/**
 * What was begun to be written outlasts a reload.
 *
 * @vitest-environment happy-dom
 */

import { afterEach, expect, test } from 'vitest';

import { createDrafts, NO_DRAFT } from '@/store/drafts';

afterEach(() => {
  localStorage.clear();
});

test('a draft is there after a reload, for its own user and conversation alone', () => {
  createDrafts('ann', localStorage).write('c1', { text: 'half a sen' });
  const again = createDrafts('ann', localStorage);
  expect(again.getState()).toEqual({ c1: { text: 'half a sen', replyTo: null } });
  expect(createDrafts('ben', localStorage).getState()).toEqual({});
});

test('what was sent leaves nothing behind', () => {
  const drafts = createDrafts('ann', localStorage);
  drafts.write('c1', { text: 'hello' });
  drafts.write('c1', NO_DRAFT);
  expect(localStorage.length).toBe(0);
});

test('what is answered is part of the draft', () => {
  const replyTo = {
    id: 'm1',
    senderId: 'ben',
    content: 'hi',
    fileUrl: null,
    sender: { username: 'ben' },
  };
  createDrafts('ann', localStorage).write('c1', { replyTo });
  expect(createDrafts('ann', localStorage).getState()['c1']).toEqual({ text: '', replyTo });
});

test('a storage that is full or damaged loses no letter of the tab', () => {
  localStorage.setItem('salala.draft:ann:c1', '{broken');
  const full: Storage = Object.assign(Object.create(localStorage) as Storage, {
    setItem: () => {
      throw new Error('full');
    },
  });
  const drafts = createDrafts('ann', full);
  drafts.write('c2', { text: 'still here' });
  expect(drafts.getState()['c2']?.text).toBe('still here');
});
