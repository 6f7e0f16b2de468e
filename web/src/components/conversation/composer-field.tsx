/** Where one writes: grows with the text, completes names, and sends by Enter. */

'use client';

import type { Conversation, Participant } from '@salala/client';
import {
  useId,
  useLayoutEffect,
  useMemo,
  useState,
  type ClipboardEvent,
  type JSX,
  type KeyboardEvent,
  type RefObject,
} from 'react';

import { MentionList } from '@/components/conversation/mention-list';
import { findNameable, namingAt, putName } from '@/components/conversation/mentions';
import { isErased } from '@/hooks/names';
import { useChat } from '@/hooks/use-chat';

type ComposerFieldProps = {
  field: RefObject<HTMLTextAreaElement | null>;
  conversation: Conversation;
  label: string;
  value: string;
  onValue: (value: string) => void;
  onSubmit: () => void;
  onEscape: () => void;
  /** Up, where nothing is written. */
  onUp?: () => void;
  onFiles?: ((files: readonly File[]) => void) | undefined;
};

const NOBODY: readonly Participant[] = [];

export function ComposerField(props: ComposerFieldProps): JSX.Element {
  const { field, conversation, label, value, onValue, onSubmit, onEscape, onUp, onFiles } = props;
  const id = useId();
  const naming = useNaming(conversation, value);
  const { people, active } = naming;
  const isNaming = people.length > 0;

  useLayoutEffect(() => {
    growWithText(field.current);
  }, [field, value]);

  const pick = (person: Participant): void => {
    const element = field.current;
    if (element !== null && naming.naming !== null) {
      const put = putName(value, element.selectionStart, naming.naming, person.username);
      onValue(put.text);
      naming.close();
      requestAnimationFrame(() => {
        element.setSelectionRange(put.caret, put.caret);
      });
    }
  };
  const onNamingKey = (event: KeyboardEvent): boolean => {
    const chosen = people[active];
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        naming.move(event.key === 'ArrowDown' ? 1 : -1);
        return true;
      case 'Enter':
      case 'Tab':
        if (chosen !== undefined) {
          pick(chosen);
        }
        return true;
      case 'Escape':
        naming.close();
        return true;
      default:
        return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // Enter and the arrows choose among what an input method offers.
    if (event.nativeEvent.isComposing) {
      return;
    }
    const isTaken =
      (isNaming && onNamingKey(event)) || onPlainKey(event, { value, onSubmit, onEscape, onUp });
    if (isTaken) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...event.clipboardData.files];
    if (files.length > 0 && onFiles !== undefined) {
      event.preventDefault();
      onFiles(files);
    }
  };
  return (
    <div className="relative min-w-0 flex-1">
      {isNaming && <MentionList id={id} people={people} active={active} onPick={pick} />}
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={isNaming ? id : undefined}
        aria-activedescendant={isNaming ? `${id}-${active}` : undefined}
        placeholder={label}
        enterKeyHint={isTouch() ? 'enter' : 'send'}
        className="placeholder:text-muted block max-h-[38dvh] min-h-11 w-full resize-none overflow-y-auto bg-transparent px-1 py-2.5 outline-none"
        value={value}
        onChange={({ target }) => {
          onValue(target.value);
          naming.look(target.value, target.selectionStart);
        }}
        onSelect={({ currentTarget }) => {
          naming.look(currentTarget.value, currentTarget.selectionStart);
        }}
        onBlur={naming.close}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
    </div>
  );
}

function growWithText(element: HTMLTextAreaElement | null): void {
  if (element !== null) {
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }
}

type PlainKeys = Pick<ComposerFieldProps, 'value' | 'onSubmit' | 'onEscape'> & {
  onUp: (() => void) | undefined;
};

/** Gives whether the key meant something. */
function onPlainKey(event: KeyboardEvent, { value, onSubmit, onEscape, onUp }: PlainKeys): boolean {
  const { key, shiftKey, ctrlKey, altKey } = event;
  if (altKey) {
    return false;
  }
  if (key === 'Enter' && !shiftKey && (ctrlKey || !isTouch())) {
    onSubmit();
    return true;
  }
  if (key === 'Escape') {
    onEscape();
    return true;
  }
  if (key === 'ArrowUp' && value === '' && onUp !== undefined) {
    onUp();
    return true;
  }
  return false;
}

/** Keys on glass break the line; there is a button beside them to send. */
function isTouch(): boolean {
  return (
    typeof window !== 'undefined' &&
    window.matchMedia('(hover: none) and (pointer: coarse)').matches
  );
}

type NamingState = {
  naming: ReturnType<typeof namingAt>;
  people: readonly Participant[];
  active: number;
  look: (text: string, caret: number) => void;
  move: (step: number) => void;
  close: () => void;
};

/** The name that is being written, in a group, and who may be meant. */
function useNaming(conversation: Conversation, value: string): NamingState {
  const me = useChat((state) => state.me);
  const [naming, setNaming] = useState<ReturnType<typeof namingAt>>(null);
  const [active, setActive] = useState(0);
  const others = useMemo(
    () =>
      conversation.isGroup
        ? conversation.participants.filter((person) => person.id !== me && !isErased(person))
        : NOBODY,
    [conversation, me],
  );
  const query = value === '' ? undefined : naming?.query;
  const people = useMemo(
    () => (query === undefined ? NOBODY : findNameable(others, query)),
    [others, query],
  );
  return {
    naming,
    people,
    active: Math.min(active, Math.max(people.length - 1, 0)),
    look: (text, caret) => {
      const found = others.length === 0 ? null : namingAt(text, caret);
      if (found?.start !== naming?.start || found?.query !== naming?.query) {
        setNaming(found);
        setActive(0);
      }
    },
    move: (step) => {
      setActive((at) => (at + step + people.length) % Math.max(people.length, 1));
    },
    close: () => {
      setNaming(null);
    },
  };
}
