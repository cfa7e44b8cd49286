/** The built-in styles. Each adds its text to the prompt that Skytells gets; the stored prompt stays the user's. */

export const STYLES = [
  { id: "photograph", label: "Photograph", text: "photograph, natural light, realistic detail" },
  {
    id: "cinematic",
    label: "Cinematic",
    text: "cinematic film still, dramatic lighting, shallow depth of field",
  },
  {
    id: "product-shot",
    label: "Product shot",
    text: "studio product photograph, plain background, soft shadows",
  },
  {
    id: "black-and-white",
    label: "Black and white",
    text: "black and white photograph, high contrast, film grain",
  },
  { id: "watercolor", label: "Watercolor", text: "watercolor painting, soft washes of color, paper texture" },
  { id: "oil-painting", label: "Oil painting", text: "oil painting, visible brush strokes, rich colors" },
  { id: "line-art", label: "Line art", text: "line art, clean black ink lines on white, no shading" },
  { id: "comic", label: "Comic", text: "comic book illustration, bold outlines, flat colors, halftone" },
  { id: "3d-render", label: "3D render", text: "3D render, soft studio lighting, smooth materials" },
  { id: "low-poly", label: "Low poly", text: "low poly 3D model, faceted surfaces, simple colors" },
  { id: "isometric", label: "Isometric", text: "isometric illustration, clean geometry, no perspective" },
  { id: "pixel-art", label: "Pixel art", text: "pixel art, 16-bit palette, crisp square pixels" },
] as const;

export type StyleId = (typeof STYLES)[number]["id"];

/** Null: a style of another version, or no style. */
export function findStyle(id: string | null | undefined) {
  return STYLES.find((style) => style.id === id) ?? null;
}

/** The prompt as Skytells gets it. */
export function withStyle(prompt: string, style: StyleId | undefined): string {
  const found = findStyle(style);
  return found ? `${prompt}, ${found.text}` : prompt;
}
