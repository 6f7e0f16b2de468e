/** All that one may do with a message, at the place where it was asked for. */

'use client';

import type { Conversation, Message } from '@salala/client';
import { Copy, Info, Link, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { usePane, useScope } from '@/components/conversation/pane-context';
import {
  linkTo,
  mayDelete,
  mayEdit,
  useCopy,
  useReact,
} from '@/components/conversation/use-message-acts';
import { PointMenu, PointMenuItem, PointMenuPick } from '@/components/ui/point-menu';
import { useChat } from '@/hooks/use-chat';
import { replyTo } from '@/store/drafts';
import type { Place } from '@/store/pane';

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

export function MessageMenu({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const menu = usePane((pane) => pane.menu);
  const message = useChat(({ timelines }) =>
    timelines[conversation.id]?.messages.find(({ id }) => id === menu?.messageId),
  );
  return menu === null || message === undefined ? null : (
    <OpenMenu conversation={conversation} message={message} place={menu.place} />
  );
}

type OpenMenuProps = { conversation: Conversation; message: Message; place: Place };

function OpenMenu({ conversation, message, place }: OpenMenuProps): JSX.Element {
  const { t } = useTranslation();
  const { pane, drafts, focusComposer } = useScope();
  const me = useChat((state) => state.me);
  const react = useReact();
  const copy = useCopy();
  const { id, content } = message;
  return (
    <PointMenu
      at={place}
      label={t('conversation.menu')}
      onClose={() => {
        pane.setState({ menu: null });
      }}
      onClosed={() => {
        const { picker, dialog, activeKey } = pane.getState();
        // What was chosen may have opened something that has the focus now.
        if (picker === null && dialog === null) {
          focusAfterMenu(activeKey, focusComposer);
        }
      }}
    >
      <div className="border-line mb-1 flex items-center gap-0.5 border-b pb-1.5">
        {QUICK.map((emoji) => (
          <PointMenuPick
            key={emoji}
            label={t('conversation.reactWith', { emoji })}
            isPicked={message.reactions.some((one) => one.userId === me && one.emoji === emoji)}
            onSelect={() => {
              react(message, emoji);
            }}
          >
            {emoji}
          </PointMenuPick>
        ))}
        <PointMenuPick
          label={t('conversation.reactMore')}
          onSelect={() => {
            pane.setState({ picker: { messageId: id, place } });
          }}
        >
          <SmilePlus className="text-muted size-5" aria-hidden />
        </PointMenuPick>
      </div>
      <PointMenuItem
        icon={Reply}
        label={t('conversation.reply')}
        onSelect={() => {
          replyTo(drafts, message);
          pane.setState({ activeKey: null, editing: null });
        }}
      />
      {mayEdit(message, me) && (
        <PointMenuItem
          icon={Pencil}
          label={t('conversation.edit')}
          onSelect={() => {
            pane.setState({ activeKey: null, editing: message });
          }}
        />
      )}
      {content !== null && (
        <PointMenuItem
          icon={Copy}
          label={t('conversation.copy')}
          onSelect={() => {
            copy(content, t('conversation.copied'));
          }}
        />
      )}
      <PointMenuItem
        icon={Link}
        label={t('conversation.copyLink')}
        onSelect={() => {
          copy(linkTo(message), t('conversation.linkCopied'));
        }}
      />
      {message.senderId === me && (
        <PointMenuItem
          icon={Info}
          label={t('conversation.info.open')}
          onSelect={() => {
            pane.setState({ dialog: { kind: 'info', messageId: id } });
          }}
        />
      )}
      {mayDelete(message, conversation, me) && (
        <PointMenuItem
          icon={Trash2}
          label={t('conversation.delete')}
          isDangerous
          onSelect={() => {
            pane.setState({ dialog: { kind: 'delete', message } });
          }}
        />
      )}
    </PointMenu>
  );
}

/** Back to the message for whoever came by keyboard, else to where one writes. */
function focusAfterMenu(activeKey: string | null, focusComposer: () => void): void {
  const row =
    activeKey === null ? null : document.querySelector(`[data-row="${CSS.escape(activeKey)}"]`);
  if (row instanceof HTMLElement) {
    row.focus({ preventScroll: true });
  } else if (window.matchMedia('(hover: hover)').matches) {
    // On a phone this would raise its keys.
    focusComposer();
  }
}
