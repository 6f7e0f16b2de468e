/** What others see of the user. */

import type { Me } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Card } from '@/components/settings/card';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { AreaField, Field } from '@/components/ui/field';
import { useFieldErrors } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { api, session } from '@/store/session';
import { tell } from '@/store/toasts';

type Form = Record<'displayName' | 'avatar' | 'bio' | 'phoneNumber' | 'dateOfBirth', string>;

export function Profile(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const [form, setForm] = useState(() => formOf(me));
  const save = useMutation({
    mutationFn: async () => {
      session.setMe(await api('PATCH /users/me', { body: unsetBlank(form) }));
    },
    onSuccess: () => {
      tell(t('settings.saved'));
    },
  });
  const wrong = useFieldErrors(save.error);
  const field = (name: keyof Form) => ({
    value: form[name],
    error: wrong(name),
    onChange: (event: { target: { value: string } }) => {
      setForm({ ...form, [name]: event.target.value });
    },
  });
  const isChanged = JSON.stringify(form) !== JSON.stringify(formOf(me));
  return (
    <form
      className="flex flex-col gap-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Card title={t('settings.profile.public')} text={t('settings.profile.publicText')}>
        <div className="flex flex-col gap-4">
          <div className="flex items-center gap-4">
            <Avatar
              id={me.id}
              name={form.displayName || me.username}
              picture={form.avatar}
              size="xl"
            />
            <Field
              className="flex-1"
              label={t('settings.profile.picture')}
              hint={t('settings.profile.pictureHint')}
              type="url"
              placeholder="https://"
              {...field('avatar')}
            />
          </div>
          <Field
            label={t('auth.displayName')}
            autoComplete="name"
            maxLength={80}
            {...field('displayName')}
          />
          <AreaField
            label={t('settings.profile.bio')}
            hint={t('settings.profile.bioHint', { count: 500 - form.bio.length })}
            maxLength={500}
            {...field('bio')}
          />
        </div>
      </Card>
      <Card title={t('settings.profile.private')} text={t('settings.profile.privateText')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={t('settings.profile.phone')}
            type="tel"
            autoComplete="tel"
            maxLength={32}
            {...field('phoneNumber')}
          />
          <Field
            label={t('settings.profile.birthday')}
            type="date"
            autoComplete="bday"
            {...field('dateOfBirth')}
          />
        </div>
      </Card>
      <ErrorText error={save.error} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary" isBusy={save.isPending} disabled={!isChanged}>
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}

function formOf(me: Me): Form {
  return {
    displayName: me.displayName ?? '',
    avatar: me.avatar ?? '',
    bio: me.bio ?? '',
    phoneNumber: me.phoneNumber ?? '',
    dateOfBirth: me.dateOfBirth ?? '',
  };
}

/** What is empty is unset. */
function unsetBlank(form: Form): Record<keyof Form, string | null> {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    displayName: orNull(form.displayName),
    avatar: orNull(form.avatar),
    bio: orNull(form.bio),
    phoneNumber: orNull(form.phoneNumber),
    dateOfBirth: orNull(form.dateOfBirth),
  };
}
