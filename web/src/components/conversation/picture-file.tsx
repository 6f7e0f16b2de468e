/** A picture in a message: its place is kept from the beginning, its colours show until it is there. */

'use client';

import type { Message } from '@salala/client';
import { decode } from 'blurhash';
import { ImageOff } from 'lucide-react';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { useScope } from '@/components/conversation/pane-context';
import { fileAddress } from '@/store/upload';

type FileInfo = NonNullable<Message['file']>;

const WIDTH_MAX = 340;
const HEIGHT_MAX = 380;
const WIDTH_MIN = 120;
const BLUR_PIXELS = 24;

type PictureFileProps = { address: string; file: FileInfo; messageId: string | null };

export function PictureFile({ address, file, messageId }: PictureFileProps): JSX.Element {
  const { t } = useTranslation();
  const { pane } = useScope();
  const [state, setState] = useState<'coming' | 'there' | 'broken'>('coming');
  const { width, height } = sizeOf(file);
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={t('conversation.openPicture', { name: file.name })}
      className="relative -mx-1.5 my-0.5 block max-w-[calc(100%+0.75rem)] overflow-hidden rounded-xl"
      style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }}
      disabled={messageId === null}
      onClick={() => {
        if (messageId !== null) {
          pane.setState({ dialog: { kind: 'picture', messageId } });
        }
      }}
    >
      {state !== 'there' && file.blurhash !== undefined && <Blur hash={file.blurhash} />}
      {state === 'broken' ? (
        <span className="bg-sunken text-muted absolute inset-0 grid place-items-center">
          <ImageOff className="size-7" aria-hidden />
        </span>
      ) : (
        // eslint-disable-next-line @next/next/no-img-element -- the server has a smaller picture of it already
        <img
          src={file.thumbnailUrl === undefined ? address : fileAddress(file.thumbnailUrl)}
          alt=""
          draggable={false}
          decoding="async"
          className="absolute inset-0 size-full object-cover"
          onLoad={() => {
            setState('there');
          }}
          onError={() => {
            setState('broken');
          }}
        />
      )}
    </button>
  );
}

function Blur({ hash }: { hash: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    paintBlur(canvas.current, hash);
  }, [hash]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={BLUR_PIXELS}
      height={BLUR_PIXELS}
      className="absolute inset-0 size-full"
    />
  );
}

function paintBlur(canvas: HTMLCanvasElement | null, hash: string): void {
  const context = canvas?.getContext('2d');
  if (context) {
    try {
      const pixels = new Uint8ClampedArray(decode(hash, BLUR_PIXELS, BLUR_PIXELS));
      context.putImageData(new ImageData(pixels, BLUR_PIXELS, BLUR_PIXELS), 0, 0);
    } catch {
      // One that cannot be read leaves the place empty.
    }
  }
}

/** As large as there is room for, and never larger than it is. */
function sizeOf({ width = WIDTH_MIN, height = WIDTH_MIN }: FileInfo): {
  width: number;
  height: number;
} {
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  return {
    width: Math.max(Math.round(width * scale), WIDTH_MIN),
    height: Math.max(Math.round(height * scale), 60),
  };
}
