module.exports = { plugins: [process.env.BABEL_PLUGIN] };
