/** The dialog that is open, loaded when it is first asked for. */

import { lazy, Suspense, useEffect, type JSX } from 'react';
import { useStore } from 'zustand';

import { closeOverlay, overlay, type Overlay } from '@/store/overlay';

const loadSwitcher = async (): Promise<{ default: (props: OverlayProps) => JSX.Element }> => ({
  default: (await import('@/components/switcher/switcher')).Switcher,
});
const Switcher = lazy(loadSwitcher);
const NewConversation = lazy(async () => ({
  default: (await import('@/components/people/new-conversation')).NewConversation,
}));
const NewGroup = lazy(async () => ({
  default: (await import('@/components/groups/new-group')).NewGroup,
}));
const AddMembers = lazy(async () => ({
  default: (await import('@/components/groups/add-members')).AddMembers,
}));
const ConversationDetails = lazy(async () => ({
  default: (await import('@/components/groups/conversation-details')).ConversationDetails,
}));
const PersonDetails = lazy(async () => ({
  default: (await import('@/components/people/person-details')).PersonDetails,
}));
const Shortcuts = lazy(async () => ({
  default: (await import('@/components/shell/shortcuts')).Shortcuts,
}));

type OverlayProps = { onClose: () => void };

export function Overlays(): JSX.Element | null {
  const open = useStore(overlay, (state) => state.open);
  useEffect(() => {
    // Who asks for it types at once.
    void loadSwitcher();
  }, []);
  return open === null ? null : (
    <Suspense fallback={null}>
      <Open overlay={open} />
    </Suspense>
  );
}

function Open({ overlay: open }: { overlay: Overlay }): JSX.Element {
  switch (open.kind) {
    case 'switcher':
      return <Switcher onClose={closeOverlay} />;
    case 'new-conversation':
      return <NewConversation onClose={closeOverlay} />;
    case 'new-group':
      return <NewGroup onClose={closeOverlay} />;
    case 'shortcuts':
      return <Shortcuts onClose={closeOverlay} />;
    case 'conversation':
      return (
        <ConversationDetails
          key={open.conversationId}
          conversationId={open.conversationId}
          onClose={closeOverlay}
        />
      );
    case 'add-members':
      return <AddMembers conversationId={open.conversationId} onClose={closeOverlay} />;
    case 'person':
      return <PersonDetails key={open.userId} userId={open.userId} onClose={closeOverlay} />;
  }
}
