extension Page {
  /// Colours as variables, light and dark; nothing is loaded from elsewhere. Blue and orange-red distinguish signs with
  /// every kind of colour blindness.
  static let style = #"""
    :root{--ground:#fbfbfa;--card:#fff;--ink:#1f2328;--muted:#59636e;--line:#e1e4e8;--soft:#f2f3f5;--accent:#0b5cad;--mark:#fff1c9;--mark-ink:#5c3b00;--warn:#fff4e5;--warn-ink:#7a3e00;
    --fig-ground:#fff;--fig-ink:#1f2328;--fig-muted:#57606a;--fig-grid:#e3e6ea;--missing:#e9ebee;color-scheme:light}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){--ground:#14171b;--card:#1b1f24;--ink:#e4e7eb;--muted:#9ba5b0;--line:#30363d;--soft:#23282e;--accent:#79b8ff;--mark:#4a3a10;--mark-ink:#ffe2a0;--warn:#3b2a12;--warn-ink:#ffd08a;
    --fig-ground:#1b1f24;--fig-blue:#4ba6e3;--fig-black:#e4e7eb;--fig-ink:#e4e7eb;--fig-muted:#9ba5b0;--fig-grid:#30363d;--missing:#2a2f36;color-scheme:dark}}
    :root[data-theme=dark]{--ground:#14171b;--card:#1b1f24;--ink:#e4e7eb;--muted:#9ba5b0;--line:#30363d;--soft:#23282e;--accent:#79b8ff;--mark:#4a3a10;--mark-ink:#ffe2a0;--warn:#3b2a12;--warn-ink:#ffd08a;
    --fig-ground:#1b1f24;--fig-blue:#4ba6e3;--fig-black:#e4e7eb;--fig-ink:#e4e7eb;--fig-muted:#9ba5b0;--fig-grid:#30363d;--missing:#2a2f36;color-scheme:dark}
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;scroll-padding-top:7.5rem;-webkit-text-size-adjust:100%}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    .wrap{max-width:68rem;margin:0 auto;padding:0 1.5rem}
    .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
    .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    a{color:var(--accent)}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
    header.top{padding:2.6rem 0 .4rem}
    header.top .kicker{display:flex;justify-content:space-between;align-items:center;gap:1rem;color:var(--muted);font-size:.82rem;letter-spacing:.08em;text-transform:uppercase}
    h1{font-size:2.3rem;line-height:1.15;margin:.5rem 0 .3rem;letter-spacing:-.02em;font-weight:700}
    h2{font-size:1.45rem;line-height:1.3;margin:3.4rem 0 .9rem;letter-spacing:-.01em}
    h3{font-size:1.1rem;margin:0 0 .3rem}
    p{margin:.5rem 0;max-width:46rem}
    .lead{font-size:1.06rem}
    .meta{color:var(--muted);font-size:.9rem}
    .meta code{font-size:.85rem}
    code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
    pre{white-space:pre-wrap;background:var(--soft);border-radius:8px;padding:1rem;margin:.6rem 0;max-height:32rem;overflow:auto}
    nav.toc{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.92rem;padding:.8rem 0 0;border-top:1px solid var(--line);margin-top:1.1rem}
    nav.toc a{text-decoration:none}nav.toc a:hover{text-decoration:underline}
    .card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.3rem 1.5rem;margin:1.1rem 0}
    .banner{background:var(--warn);color:var(--warn-ink);border-radius:10px;padding:.8rem 1.2rem;margin:1rem 0;font-weight:600}
    details{margin:.8rem 0}summary{cursor:pointer;color:var(--accent);width:fit-content}
    blockquote{margin:.6rem 0;padding:.2rem 0 .2rem 1.2rem;border-left:3px solid var(--line);max-width:48rem}blockquote pre{padding:.5rem .9rem}
    ul.plain{list-style:none;padding:0;margin:.6rem 0}
    .short{display:grid;grid-template-columns:repeat(auto-fill,minmax(15.5rem,1fr));gap:.8rem;padding:0;margin:1rem 0;list-style:none}
    .short li{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.9rem 1.1rem}
    .short .what{color:var(--muted);font-size:.85rem;display:block}
    .short .value{font-size:1.55rem;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums;display:block;line-height:1.35}
    .short .bounds{color:var(--muted);font-size:.85rem;font-variant-numeric:tabular-nums}
    .pair{display:grid;grid-template-columns:max-content 1fr;gap:.5rem 1rem;align-items:baseline;margin:.8rem 0}
    .pair dt{color:var(--muted);font-size:.88rem}.pair dd{margin:0}.pair .meta{white-space:nowrap}
    .tok{display:inline-block;background:var(--soft);border-radius:4px;padding:0 .35em;margin:.1rem .12rem;font-size:.88rem;line-height:1.6;white-space:pre}
    .tok.d{background:var(--mark);color:var(--mark-ink);font-weight:650;text-decoration:underline;text-underline-offset:3px}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;font-size:.89rem;font-variant-numeric:tabular-nums;margin:.5rem 0}
    caption{text-align:left;color:var(--muted);font-size:.85rem;padding:.1rem 0 .4rem}
    th,td{padding:.32rem .9rem .32rem 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
    th{font-weight:600;color:var(--muted);font-size:.82rem}.n{text-align:right}
    .bar{position:sticky;top:0;z-index:5;background:color-mix(in srgb,var(--ground) 92%,transparent);backdrop-filter:blur(6px);border-bottom:1px solid var(--line);padding:.55rem 0}
    .bar .row{display:flex;flex-wrap:wrap;gap:.45rem 1.1rem;align-items:center}
    label{font-size:.85rem;color:var(--muted);display:inline-flex;gap:.45rem;align-items:center}
    select,button{font:inherit;font-size:.88rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:7px;padding:.22rem .55rem;max-width:21rem}
    button{cursor:pointer}
    input[type=range]{accent-color:var(--accent);width:min(18rem,60vw)}
    .prompt{white-space:nowrap;overflow-x:auto;font-size:.85rem;padding-top:.35rem;color:var(--muted);scrollbar-width:thin}
    figure{margin:1rem 0 .4rem}
    figure.map .controls{display:flex;flex-wrap:wrap;gap:.4rem 1rem;margin-bottom:.5rem}
    figure.map .box{overflow-x:auto;scrollbar-width:thin}
    figure.map svg{display:block;touch-action:pan-x pan-y}
    figure.map text{fill:var(--muted);font-size:11px;font-family:inherit}
    figure.map text.v{font-style:italic}
    figure.map text.in{pointer-events:none;font-size:10px;font-variant-numeric:tabular-nums}
    figure.map .sel{fill:none;stroke:var(--ink);stroke-width:2;pointer-events:none}
    figure.map .scale{display:flex;gap:.6rem;align-items:center;font-size:.8rem;color:var(--muted);margin-top:.5rem;font-variant-numeric:tabular-nums;flex-wrap:wrap}
    figure.map .scale i{display:block;width:11rem;height:.7rem;border-radius:3px;border:1px solid var(--line)}
    figure.map .note,figcaption{font-size:.82rem;color:var(--muted)}
    figure.chart{overflow-x:auto}
    figure.chart svg{max-width:100%;height:auto;display:block;min-width:27rem;font-family:inherit}
    figure.wide svg{min-width:36rem}
    figure.light{--fig-ground:#fff;--fig-ink:#1f2328;--fig-muted:#57606a;--fig-grid:#e3e6ea;--fig-blue:#0072b2}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 1.2rem;align-items:start}.charts>*{min-width:0}
    svg:focus-visible{outline-offset:-3px}
    .edge.off{display:none}.node.faded{opacity:.22}g.on{filter:drop-shadow(0 0 3px var(--accent))}
    #tip{position:absolute;z-index:8;pointer-events:none;background:var(--ink);color:var(--ground);font-size:.82rem;line-height:1.45;padding:.45rem .7rem;border-radius:8px;max-width:min(24rem,92vw);box-shadow:0 4px 18px #0003;font-variant-numeric:tabular-nums}
    #tip b{display:block;font-size:.95rem}#tip[hidden]{display:none}
    footer{margin:4rem 0 3rem;padding-top:1.2rem;border-top:1px solid var(--line);color:var(--muted);font-size:.85rem}
    footer p{max-width:56rem}
    @media (max-width:560px){.wrap{padding:0 1rem}h1{font-size:1.7rem}.card{padding:1rem}.pair{grid-template-columns:1fr;gap:.1rem}.pair dd{margin-bottom:.5rem}header.top{padding-top:1.4rem}h2{margin-top:2.4rem}.bar .row{gap:.3rem .7rem}label{font-size:.8rem}select,button{font-size:.82rem;max-width:10.5rem}}
    @media print{.bar,nav.toc,#theme,#tip,.controls,.skip{display:none!important}body{background:#fff;font-size:11pt}.card,figure,table{break-inside:avoid}.card{border-color:#ccc}.scroll,figure.map .box{overflow:visible}h2{break-after:avoid}}
    """#
}
