/** The account: its password, its data, and its end. */

import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Card } from '@/components/settings/card';
import { ChangePassword } from '@/components/settings/change-password';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { ErrorText } from '@/components/ui/error-text';
import { Field } from '@/components/ui/field';
import { useMe } from '@/hooks/use-session';
import { api, eraseAccount } from '@/store/session';

export function Account(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <>
      <Card title={t('settings.account.names')}>
        <dl className="grid gap-3 sm:grid-cols-2">
          <div>
            <dt className="text-muted text-sm">{t('auth.username')}</dt>
            <dd className="wrap-anywhere">@{me.username}</dd>
          </div>
          <div>
            <dt className="text-muted text-sm">{t('auth.email')}</dt>
            <dd className="wrap-anywhere">{me.email}</dd>
          </div>
        </dl>
      </Card>
      <ChangePassword />
      <ExportData />
      <EraseAccount />
    </>
  );
}

function ExportData(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const download = useMutation({
    mutationFn: async () => {
      const text = JSON.stringify(await api('GET /export/me'), null, 2);
      const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = `salala-${me.username}.json`;
      link.click();
      URL.revokeObjectURL(url);
    },
  });
  return (
    <Card title={t('settings.account.export')} text={t('settings.account.exportText')}>
      <Button
        isBusy={download.isPending}
        onClick={() => {
          download.mutate();
        }}
      >
        <Download className="size-4.5" aria-hidden />
        {t('settings.account.exportAction')}
      </Button>
      <ErrorText error={download.error} className="mt-3" />
    </Card>
  );
}

function EraseAccount(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const [isAsked, setIsAsked] = useState(false);
  const [typed, setTyped] = useState('');
  return (
    <Card title={t('settings.account.erase')} text={t('settings.account.eraseText')}>
      <Button
        variant="danger"
        onClick={() => {
          setIsAsked(true);
        }}
      >
        {t('settings.account.erase')}
      </Button>
      {isAsked && (
        <Confirm
          title={t('settings.account.eraseTitle')}
          text={t('settings.account.eraseConfirm')}
          action={t('settings.account.eraseAction')}
          isDisabled={typed !== me.username}
          onConfirm={eraseAccount}
          onClose={() => {
            setIsAsked(false);
          }}
        >
          <Field
            label={t('settings.account.eraseType', { name: me.username })}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
        </Confirm>
      )}
    </Card>
  );
}
