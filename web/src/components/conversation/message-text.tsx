/** The words of a message, with its links and the members it names. */

'use client';

import { clsx } from 'clsx';
import { useMemo, type JSX } from 'react';

import { useScope } from '@/components/conversation/pane-context';
import { toPieces, type Piece } from '@/components/conversation/text';
import { useChat, useConversation } from '@/hooks/use-chat';
import { showOverlay } from '@/store/overlay';

const NOBODY: ReadonlyMap<string, string> = new Map();

type MessageTextProps = { content: string; mentions: readonly string[] };

export function MessageText({ content, mentions }: MessageTextProps): JSX.Element {
  const { conversationId } = useScope();
  const participants = useConversation(conversationId)?.participants;
  const pieces = useMemo(() => {
    const named =
      mentions.length === 0
        ? NOBODY
        : new Map(
            (participants ?? [])
              .filter(({ id }) => mentions.includes(id))
              .map(({ id, username }) => [username.toLowerCase(), id]),
          );
    return toPieces(content, named);
  }, [content, mentions, participants]);
  return (
    <span className="wrap-anywhere whitespace-pre-wrap">
      {pieces.map((piece, index) => (
        // Pieces of a text have no other name than their place in it.
        <PieceView key={index} piece={piece} />
      ))}
    </span>
  );
}

function PieceView({ piece }: { piece: Piece }): JSX.Element | string {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'link':
      return (
        <a
          href={piece.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          className="underline decoration-current/50 underline-offset-2 hover:decoration-current"
        >
          {piece.text}
        </a>
      );
    case 'mention':
      return <Mention userId={piece.userId} text={piece.text} />;
  }
}

function Mention({ userId, text }: { userId: string; text: string }): JSX.Element {
  const isMe = useChat(({ me }) => me === userId);
  return (
    <button
      type="button"
      data-mention={isMe ? 'me' : 'other'}
      className={clsx(
        'inline rounded font-semibold',
        isMe ? 'bg-mark px-0.5 text-text' : 'text-accent hover:underline',
      )}
      onClick={() => {
        showOverlay({ kind: 'person', userId });
      }}
    >
      {text}
    </button>
  );
}
