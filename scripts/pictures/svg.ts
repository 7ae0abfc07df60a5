/** The contrast to the window is at least 4.5 for text, and at least 3 for grey bars. */
export const THEMES = {
  light: {
    window: "#f6f8fa",
    edge: "#d1d9e0",
    text: "#1f2328",
    quiet: "#59636e",
    cyan: "#1b7c83",
    grey: "#818b98",
  },
  dark: {
    window: "#161b22",
    edge: "#3d444d",
    text: "#e6edf3",
    quiet: "#9198a1",
    cyan: "#56d4dd",
    grey: "#6e7681",
  },
};
export type Theme = keyof typeof THEMES;

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
