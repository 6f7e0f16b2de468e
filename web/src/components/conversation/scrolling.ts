/** Where a list of messages stands, as arithmetic. */

import type { Message } from '@salala/client';

import type { Row } from '@/components/conversation/rows';

/** Nearer to the end than this counts as being there, and stays there. */
export const END_PX = 80;

/** A row before it was measured: near enough that the bar of a long history does not jump about. */
export function estimateHeight(row: Row | undefined): number {
  if (row === undefined || row.kind === 'intro') {
    return 180;
  }
  const content = (row.kind === 'message' ? row.message.content : row.entry.content) ?? '';
  const lines = Math.max(1, Math.ceil(content.length / 58), content.split('\n').length);
  const extras = row.kind === 'message' ? extrasOf(row.message) : 0;
  return lines * 22 + 16 + (row.isFirst ? 10 : 2) + (row.day === null ? 0 : 44) + extras;
}

function extrasOf({ replyTo, reactions, file }: Message): number {
  const fileHeight = file === null ? 0 : file.width === undefined ? 56 : 240;
  return (replyTo === null ? 0 : 48) + (reactions.length > 0 ? 32 : 0) + fileHeight;
}

export type Change = {
  /** Where the list was before it changed. */
  wasAtEnd: boolean;
  /** The window did not reach the present before. */
  hadNewer: boolean;
  lastKey: string | undefined;
  nextLastKey: string | undefined;
  /** What came last was just written here. */
  isOwn: boolean;
};

/** Whether the list goes on to the end after a change: for what one wrote, and for whoever was there. */
export function followsEnd({ wasAtEnd, hadNewer, lastKey, nextLastKey, isOwn }: Change): boolean {
  const isLonger = nextLastKey !== undefined && nextLastKey !== lastKey;
  // What was loaded behind the window's end is to be scrolled through.
  return isLonger && !hadNewer && (isOwn || wasAtEnd);
}

type Part = { index: number; start: number; end: number };

/** The last row of which enough is in view to be read. */
export function lastInView(items: readonly Part[], offset: number, height: number): number {
  const bottom = offset + height;
  const seen = items.findLast(({ start, end }) => start + Math.min(end - start, 36) <= bottom);
  return seen?.index ?? -1;
}

/** The highest `seq` of the rows up to one; 0 for none. */
export function seqUpTo(rows: readonly Row[], index: number): number {
  for (let at = Math.min(index, rows.length - 1); at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind === 'message') {
      return row.message.seq;
    }
  }
  return 0;
}
