/** A text is taken apart into words, links and mentions, and nothing in it runs. */

import { describe, expect, test } from 'vitest';

import { isLargeEmoji, toHref, toLine, toPieces, type Piece } from '@/components/conversation/text';

const NOBODY = new Map<string, string>();

function links(text: string): string[] {
  return toPieces(text, NOBODY).flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []));
}

function whole(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

describe('links', () => {
  test('addresses of the web and of e-mail are links', () => {
    expect(links('see https://example.org/a?b=c#d and http://example.org')).toEqual([
      'https://example.org/a?b=c#d',
      'http://example.org/',
    ]);
    expect(links('www.example.org')).toEqual(['https://www.example.org/']);
    expect(links('write to ann.b+c@example.org')).toEqual(['mailto:ann.b+c@example.org']);
  });

  test('the sentence around a link is not part of it', () => {
    expect(links('Look (https://example.org/a_(b)), or https://example.org/c.')).toEqual([
      'https://example.org/a_(b)',
      'https://example.org/c',
    ]);
    expect(links('“https://example.org/d”!')).toEqual(['https://example.org/d']);
  });

  test('nothing that runs is a link', () => {
    const attempts = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)//https://',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:msgbox(1)',
      'file:///etc/passwd',
      'blob:https://example.org/1',
      '<img src=x onerror=alert(1)>',
      'http:///',
      'https://',
    ];
    for (const attempt of attempts) {
      expect(links(attempt).filter((href) => !href.startsWith('https://'))).toEqual([]);
      expect(whole(toPieces(attempt, NOBODY))).toBe(attempt);
    }
    expect(toHref('javascript:alert(1)')).toBeNull();
  });

  test('whatever is written comes out letter for letter', () => {
    const texts = [
      '',
      ' ',
      'a\n\nb',
      '@',
      '@@ann',
      'a@b',
      'https://example.org/(((',
      '<b>&amp;</b>',
    ];
    for (const text of texts) {
      expect(whole(toPieces(text, new Map([['ann', '1']])))).toBe(text);
    }
  });
});

describe('mentions', () => {
  const named = new Map([
    ['ann', '1'],
    ['ben.k', '2'],
  ]);

  function mentions(text: string): string[] {
    return toPieces(text, named).flatMap((one) =>
      one.kind === 'mention' ? [`${one.text} ${one.userId}`] : [],
    );
  }

  test('those whom the server found named are shown as named', () => {
    expect(mentions('@ann, and @Ben.K.')).toEqual(['@ann 1', '@Ben.K 2']);
    expect(mentions('(@ann)')).toEqual(['@ann 1']);
  });

  test('nobody else is: not strangers, not parts of words, not addresses of e-mail', () => {
    expect(mentions('@carl @annette x@ann mail me: ben@ann.org')).toEqual([]);
  });
});

test('a few emoji alone are large, words and numbers are not', () => {
  expect(['👍', ' 🎉🎉 ', '👩‍👩‍👧', '🇻🇳', '❤️'].map(isLargeEmoji)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(['', 'ok 👍', '123', '👍👍👍👍', '#'].map(isLargeEmoji)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('a line of a text has no breaks and an end', () => {
  expect(toLine('a\n  b\t c')).toBe('a b c');
  expect(toLine('abcdef', 3)).toBe('abc…');
});
