/** Somebody, in a dialog. */

import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PersonCard } from '@/components/people/person-card';
import { Dialog } from '@/components/ui/dialog';

type PersonDetailsProps = { userId: string; onClose: () => void };

export function PersonDetails({ userId, onClose }: PersonDetailsProps): JSX.Element {
  const { t } = useTranslation();
  return (
    <Dialog title={t('people.details')} onClose={onClose}>
      <PersonCard userId={userId} onClose={onClose} />
    </Dialog>
  );
}
