/** Real files, 96 × 64 px, of other types than PNG, and two files that are not images. */
const JPEG =
  "/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCABAAGADASIAAhEBAxEB/8QAGQABAQEBAQEAAAAAAAAAAAAAAAMFBAEG/8QAIxAAAgICAgQCAwAAAAAAAAAAABIBAgMRBCExQWEykVFxgf/EABcBAQEBAQAAAAAAAAAAAAAAAAEAAgP/xAAbEQEBAQACAwAAAAAAAAAAAAAAEQECEiExQf/aAAwDAQACEQMRAD8AylCllCkYVuFLKFERFQpZQoiIqFLKFJRFQpZQoiIqFLKFIRFQpZQoqIqFLKFERFQpZQpKKqFLKFIOhVrcKWUKKiKhSyhRETpjm9q1rHWZiI/vY2uPwMOHHEXpW9p7zaN6n16M3BERnxTPSIvHnUeDcOfPlvxrI58vC4+Wk1nHWvusREwYubBbDltS2tx+O0+Yn6PotGPzqxPLyT37efRcN8pwqFLKFOnZEFjyNFiCE1WtwpZQoqIqFLKFERFTrw82+OkVtVoiNR41H0SUKZ3c32RtV6hrU1ixxjtM/KZ3qP1ozVLKXVSuLxkaNLcKWUKPYxVQpZQpJ0qtbhSqhRESUKVUKSj/2Q==";
const WEBP =
  "UklGRvoAAABXRUJQVlA4IO4AAAAwCQCdASpgAEAAPrVapE2nNzcjJrZpQuAWiUBcADemuZAdtff/wyQBRqjN0Ya9MYk2XC4oB1gIeX+gJ53SvXuOlyIc8Ge4Andc6MFdVhMfeR10AP7rm/0pR+RvXXvF/ieCsV4x+SvRvCn37Yeb6dh8Hwj82PwQCgwCoYYn9f9pvg+fC4V4ea8JwNsIIAYjg+twf6RQWQU7Wq1up5/MqpStsh3pizJMa76sK4Wof3+ziriFSOBXYmy6MJIN4EpmQhazYNA+yZWzEpRvo2E3SZU/TeO9zSxSzfq2xRzh1seSVKbMks9EvTP3+AAAAAAA";
const AVIF =
  "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAANkAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAADhbWRhdBIACgk4GW/+0gIaDSAyyQETwTGCYYYQIZXXQALCD/czMU+yQAzKja9XYDICeCVxrjBdaC2xoEEWTgd7ckd1KPAB6T/4LWC3JIqeABncvRmj3S0clkMlBqIL9+wJBjvt4/hhf1GwKDVSPZcZ3ciOnW0VawzZ+pxS79erJx+9D6zJFjTOWPBhBVgci7pDa5Oa059+8DjrGugL0E4RNFpRWpzvUDD35SAIMmBUoxJVLV3o9U9Ttv7LWmgkH8esw/95DvfZowzXFtbxg1t/878U/X2zo/q+OX/1nGA=";

const HTML =
  "<!DOCTYPE html><html><head><title>Not an image</title></head><body><script>alert(1)</script></body></html>";
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script><rect width="64" height="64"/></svg>';

export type Sample = { type: string; bytes: Buffer };

export const SAMPLES: Readonly<Record<string, Sample>> = {
  "output-jpeg": { type: "image/jpeg", bytes: Buffer.from(JPEG, "base64") },
  "output-webp": { type: "image/webp", bytes: Buffer.from(WEBP, "base64") },
  "output-avif": { type: "image/avif", bytes: Buffer.from(AVIF, "base64") },
  "output-html": { type: "text/html; charset=utf-8", bytes: Buffer.from(HTML) },
  "output-svg": { type: "image/svg+xml", bytes: Buffer.from(SVG) },
};
