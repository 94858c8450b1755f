/// Small tokenizers and their results for a few texts.
///
/// The files were written, and the ids and texts obtained, by the Python library `tokenizers` 0.23.3: its BPE trainer
/// ran over two sentences about Mary and John, and `Tokenizer.encode(text).ids` and `Tokenizer.decode(ids,
/// skip_special_tokens=False)` gave the rest.
struct Fixture: Sendable {
  struct Line: Sendable {
    let text: String
    let ids: [Int32]
    let decoded: String

    init(_ text: String, _ ids: [Int32], _ decoded: String) {
      (self.text, self.ids, self.decoded) = (text, ids, decoded)
    }
  }

  let json: String
  let lines: [Line]
}

extension Fixture {
  static let all = [prefixSpace, llama3, metaspace, words, added]

  /// Byte-level BPE that puts a space before each text.
  static let prefixSpace = Fixture(
    json: #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<|end|>",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
      "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,
      "use_regex":true},"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{"<|end|>":0,
      "!":1,"'":2,",":3,".":4,"1":5,"2":6,"3":7,"4":8,"5":9,"H":10,"J":11,"M":12,"T":13,"W":14,"a":15,"d":16,"e":17,
      "g":18,"h":19,"i":20,"k":21,"n":22,"o":23,"r":24,"s":25,"t":26,"v":27,"w":28,"y":29,"Ċ":30,"Ġ":31,"he":32,
      "to":33,"Ġd":34,"12":35,"34":36,"Jo":37,"Ma":38,"an":39,"av":40,"hn":41,"in":42,"re":43,"ry":44,"rin":45,
      "sto":46,"the":47,"Ġo":48,"Ġw":49,"Ġto":50,"Ġ12":51,"ĠJo":52,"ĠMa":53,"Ġsto":54,"Ġdrin":55,"ave":56,
      "ĠJohn":57,"ĠMary":58,"Ġstore":59,"Ġdrink":60,"'d":61,"'s":62,"'t":63,"He":64,"The":65,"Whe":66,"athe":67,
      "dn":68,"en":69},"merges":[["h","e"],["t","o"],["Ġ","d"],["1","2"],["3","4"],["J","o"],["M","a"],["a","n"],
      ["a","v"],["h","n"],["i","n"],["r","e"],["r","y"],["r","in"],["s","to"],["t","he"],["Ġ","o"],["Ġ","w"],["Ġ",
      "to"],["Ġ","12"],["Ġ","Jo"],["Ġ","Ma"],["Ġ","sto"],["Ġd","rin"],["av","e"],["ĠJo","hn"],["ĠMa","ry"],["Ġsto",
      "re"],["Ġdrin","k"],["'","d"],["'","s"],["'","t"],["H","e"],["T","he"],["W","he"],["a","the"],["d","n"],["e",
      "n"]]}}
      """#,
    lines: [
      Line("Mary gave John a drink", [58, 31, 18, 56, 57, 31, 15, 60], " Mary gave John a drink"),
      Line(" Mary", [58], " Mary"),
      Line("the store<|end|>the store", [31, 47, 59, 0, 31, 47, 59], " the store<|end|> the store"),
      Line("<|end|>", [0], "<|end|>"),
      Line("\nthe", [31, 30, 47], " \nthe"),
      Line("12 drinks", [51, 60, 25], " 12 drinks"),
      Line("", [], ""),
    ])

  /// Llama 3's splitting pattern, `ignore_merges` ("want" is a token that no merge makes), and a token before the text.
  static let llama3 = Fixture(
    json: #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<|begin|>",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,
      "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split",
      "pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]\#
      ?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
      "behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
      "use_regex":false}]},"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel",
      "add_prefix_space":true,"trim_offsets":false,"use_regex":true},{"type":"TemplateProcessing",
      "single":[{"SpecialToken":{"id":"<|begin|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
      "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
      "special_tokens":{"<|begin|>":{"id":"<|begin|>","ids":[0],"tokens":["<|begin|>"]}}}]},
      "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
      "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,"vocab":{"<|begin|>":0,
      "!":1,"'":2,",":3,".":4,"1":5,"2":6,"3":7,"4":8,"5":9,"H":10,"J":11,"M":12,"T":13,"W":14,"a":15,"d":16,"e":17,
      "g":18,"h":19,"i":20,"k":21,"n":22,"o":23,"r":24,"s":25,"t":26,"v":27,"w":28,"y":29,"Ċ":30,"Ġ":31,"he":32,
      "to":33,"Ġd":34,"12":35,"Jo":36,"Ma":37,"an":38,"av":39,"hn":40,"in":41,"re":42,"ry":43,"rin":44,"sto":45,
      "the":46,"Ġo":47,"Ġw":48,"Ġto":49,"ĠJo":50,"ĠMa":51,"Ġsto":52,"Ġdrin":53,"ave":54,"ĠJohn":55,"ĠMary":56,
      "Ġstore":57,"Ġdrink":58,"'d":59,"'s":60,"'t":61,".Ċ":62,"34":63,"He":64,"The":65,"Whe":66,"athe":67,"dn":68,
      "en":69,"er":70,"gave":71,"have":72,"idn":73,"ner":74,"ĠMary.,":75,"want":76},"merges":[["h","e"],["t","o"],
      ["Ġ","d"],["1","2"],["J","o"],["M","a"],["a","n"],["a","v"],["h","n"],["i","n"],["r","e"],["r","y"],["r",
      "in"],["s","to"],["t","he"],["Ġ","o"],["Ġ","w"],["Ġ","to"],["Ġ","Jo"],["Ġ","Ma"],["Ġ","sto"],["Ġd","rin"],
      ["av","e"],["ĠJo","hn"],["ĠMa","ry"],["Ġsto","re"],["Ġdrin","k"],["'","d"],["'","s"],["'","t"],[".","Ċ"],["3",
      "4"],["H","e"],["T","he"],["W","he"],["a","the"],["d","n"],["e","n"],["e","r"],["g","ave"],["h","ave"],["i",
      "dn"],["n","er"]]}}
      """#,
    lines: [
      Line(
        "Mary want 12345 drinks",
        [0, 37, 43, 48, 38, 26, 31, 35, 7, 8, 9, 58, 25],
        "<|begin|>Mary want 12345 drinks"),
      Line("want didn't haven'T", [0, 76, 34, 73, 61, 31, 72, 22, 2, 13], "<|begin|>want didn't haven'T"),
      Line(
        "The store.\n\n  John \n gave",
        [0, 65, 57, 62, 30, 31, 55, 31, 30, 31, 71],
        "<|begin|>The store.\n\n  John \n gave"),
      Line("He'd  rather", [0, 64, 59, 31, 31, 24, 67, 24], "<|begin|>He'd  rather"),
      Line("", [0], "<|begin|>"),
    ])

  /// Metaspace that marks only the text's first word, with unknown characters fused.
  static let metaspace = Fixture(
    json: #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<unk>",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},{"id":1,"content":"<s>",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,
      "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},
      "post_processor":null,"decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},
      "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":false,"ignore_merges":false,"vocab":{"<unk>":0,
      "<s>":1,"\n":2,"!":3,"'":4,",":5,".":6,"1":7,"2":8,"3":9,"4":10,"5":11,"H":12,"J":13,"M":14,"T":15,"W":16,
      "a":17,"d":18,"e":19,"g":20,"h":21,"i":22,"k":23,"n":24,"o":25,"r":26,"s":27,"t":28,"v":29,"w":30,"y":31,
      "▁":32,"he":33,"to":34,"▁d":35,"12":36,"34":37,"Jo":38,"Ma":39,"an":40,"av":41,"e'":42,"hn":43,"in":44,
      "ry":45,"rin":46,"sto":47,"the":48,"▁o":49,"▁w":50,"▁to":51,"▁12":52,"▁Jo":53,"▁Ma":54,"▁sto":55,"▁drin":56,
      "ave":57,"▁John":58,"▁Mary":59,"▁stor":60,"▁drink":61,"\nH":62,"'t":63},"merges":[["h","e"],["t","o"],["▁",
      "d"],["1","2"],["3","4"],["J","o"],["M","a"],["a","n"],["a","v"],["e","'"],["h","n"],["i","n"],["r","y"],["r",
      "in"],["s","to"],["t","he"],["▁","o"],["▁","w"],["▁","to"],["▁","12"],["▁","Jo"],["▁","Ma"],["▁","sto"],["▁d",
      "rin"],["av","e"],["▁Jo","hn"],["▁Ma","ry"],["▁sto","r"],["▁drin","k"],["\n","H"],["'","t"]]}}
      """#,
    lines: [
      Line("Mary gave", [59, 32, 20, 57], "Mary gave"),
      Line("  Mary", [32, 59], " Mary"),
      Line("the<s>the store", [32, 48, 1, 48, 60, 19], "the<s>the store"),
      Line("日本語 Mary 語 a", [32, 0, 59, 32, 0, 32, 17], "<unk> Mary <unk> a"),
      Line("▁the", [32, 48], "the"),
      Line("", [], ""),
    ])

  /// Whole words between two special tokens; the composed and the decomposed "café" are different words.
  static let words = Fixture(
    json: #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":1,"content":"[CLS]",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},{"id":2,
      "content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
      "normalizer":null,"pre_tokenizer":{"type":"Whitespace"},"post_processor":{"type":"TemplateProcessing",
      "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
      {"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
      {"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]},
      "[SEP]":{"id":"[SEP]","ids":[2],"tokens":["[SEP]"]}}},"decoder":null,"model":{"type":"WordLevel",
      "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"Mary":3,"gave":4,"John":5,"a":6,"drink":7,".":8,"'":9,"s":10,"...":11,
      "café":12,"cafe\u0301":13},"unk_token":"[UNK]"}}
      """#,
    lines: [
      Line("Mary gave John a drink.", [1, 3, 4, 5, 6, 7, 8, 2], "[CLS] Mary gave John a drink . [SEP]"),
      Line("Mary's ... drink", [1, 3, 9, 10, 11, 7, 2], "[CLS] Mary ' s ... drink [SEP]"),
      Line("Mary\u{A0}gave\tJim", [1, 3, 4, 0, 2], "[CLS] Mary gave [UNK] [SEP]"),
      Line("café cafe\u{301}", [1, 12, 13, 2], "[CLS] café cafe\u{301} [SEP]"),
      Line("[SEP]a", [1, 2, 6, 2], "[CLS] [SEP] a [SEP]"),
      Line("", [1, 2], "[CLS] [SEP]"),
    ])

  /// Added tokens of every kind, with a normalizer that lowercases.
  static let added = Fixture(
    json: #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":6,"content":"tok","single_word":true,
      "lstrip":false,"rstrip":false,"normalized":true,"special":false},{"id":8,"content":"<l>","single_word":false,
      "lstrip":true,"rstrip":false,"normalized":false,"special":false},{"id":9,"content":"<r>","single_word":false,
      "lstrip":false,"rstrip":true,"normalized":false,"special":false},{"id":10,"content":"Drink",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false},{"id":11,
      "content":"JOHN","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
      {"id":12,"content":"<l><l>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,
      "special":false},{"id":13,"content":"<x>","single_word":false,"lstrip":false,"rstrip":false,
      "normalized":false,"special":true}],"normalizer":{"type":"Lowercase"},
      "pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,"decoder":null,"model":{"type":"WordLevel",
      "vocab":{"[UNK]":0,"mary":1,"gave":2,"john":3,"a":4,"drink":5,"tok":6,"ens":7},"unk_token":"[UNK]"}}
      """#,
    lines: [
      Line("mary  <l>  gave", [1, 8, 2], "mary <l> gave"),
      Line("mary  <r>  gave", [1, 9, 2], "mary <r> gave"),
      Line("tok tokens (tok) atok", [6, 0, 0, 6, 0, 0], "tok [UNK] [UNK] tok [UNK] [UNK]"),
      Line("DRINK drinks John JOHN", [10, 10, 0, 3, 11], "drink drink [UNK] john JOHN"),
      Line("<l><l><l>", [12, 8], "<l><l> <l>"),
      Line("<r> \n<x> Mary", [9, 13, 1], "<r> <x> mary"),
      Line("", [], ""),
    ])
}
