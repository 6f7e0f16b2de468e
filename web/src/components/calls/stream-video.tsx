/** A picture of a call; its sound is played elsewhere. */

'use client';

import { useEffect, useRef, type JSX } from 'react';

type StreamVideoProps = {
  stream: MediaStream | null;
  label: string;
  /** As in a mirror: so one knows oneself. */
  isMirrored?: boolean;
  className?: string;
};

export function StreamVideo(props: StreamVideoProps): JSX.Element {
  const { stream, label, isMirrored = false, className } = props;
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video !== null) {
      video.srcObject = stream;
      video.play().catch(() => undefined);
    }
  }, [stream]);
  return (
    <video
      ref={element}
      muted
      autoPlay
      playsInline
      aria-label={label}
      className={className}
      style={isMirrored ? { transform: 'scaleX(-1)' } : undefined}
    />
  );
}
