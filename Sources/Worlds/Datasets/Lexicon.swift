/// The words in the grammar's sentences.
///
/// Chosen so that nearly all of them, with a preceding space, are single tokens for GPT-2 as well. Objects and
/// adjectives begin with a consonant sound, so that "a" fits before each of them.
public enum Lexicon {
  public enum Gender: String, Sendable, CaseIterable {
    case female, male

    public var other: Gender { self == .female ? .male : .female }
    /// "she" or "he".
    public var subject: String { self == .female ? "she" : "he" }
    /// "her" or "his".
    public var possessive: String { self == .female ? "her" : "his" }
  }

  /// The words of a text, each once.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) where !words.contains(String(word)) {
      words.append(String(word))
    }
    return words
  }

  public static let femaleNames = words(
    """
    Mary Anna Lisa Sarah Emma Laura Julia Kate Alice Rachel Amy Jane Susan Linda Karen Nancy Betty Helen Sandra Donna Carol Ruth Sharon
    Michelle Kelly Maria Heather Diane Julie Joyce Virginia Victoria Kelly Christina Joan Evelyn Judith Megan Andrea Hannah Jacqueline
    Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail Sophia Grace Judy Rose Beverly Denise Amber Marilyn Danielle
    Brittany Diana Natalie Charlotte Olivia Lucy Claire Emily Jessica Jennifer Elizabeth Barbara Margaret
    """
  )

  public static let maleNames = words(
    """
    John Tom James Paul David Mark Peter Robert Michael William Richard Thomas Charles Daniel Matthew Anthony Donald Steven Andrew Kenneth
    Joshua Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon
    Benjamin Samuel Gregory Frank Patrick Raymond Jack Dennis Jerry Tyler Aaron Jose Henry Adam Douglas Nathan Zachary Kyle Walter Harold
    Carl Arthur Roger Lawrence Joe Albert Jesse Bruce Simon Martin
    """)

  /// Female and male names, alternating as far as both go.
  public static let names = femaleNames + maleNames

  public static func names(_ gender: Gender) -> [String] { gender == .female ? femaleNames : maleNames }

  public static let places = words(
    """
    store park school office house hospital station restaurant garden museum library market church beach bank hotel farm theater bar
    club gym airport bridge river lake forest mountain village town city castle palace temple tower harbor port stadium court prison shop
    bakery kitchen factory studio gallery zoo circus camp cabin cottage barn field valley island desert cave mine garage warehouse
    workshop laboratory college university hall theatre cinema pool playground square street corner courtyard balcony terrace roof
    basement attic cellar lobby lounge salon clinic pharmacy cafe pub mall plaza fair festival concert party wedding meeting conference lecture
    lesson game match race parade picnic dinner breakfast lunch show dance funeral camp dock ferry meadow orchard vineyard
    """
  )

  /// Things that can be given, singular and plural; any of them can also be the subject of a tale.
  public static let objects: [(one: String, many: String)] = words(
    """
    ring/rings kiss/kisses bone/bones basketball/basketballs computer/computers necklace/necklaces drink/drinks snack/snacks book/books
    letter/letters ball/balls key/keys map/maps lamp/lamps chair/chairs cup/cups box/boxes bag/bags coat/coats hat/hats shirt/shirts
    shoe/shoes watch/watches clock/clocks phone/phones camera/cameras picture/pictures photo/photos painting/paintings card/cards
    ticket/tickets coin/coins stone/stones shell/shells feather/feathers flower/flowers rose/roses tree/trees leaf/leaves seed/seeds
    fruit/fruits banana/bananas pear/pears lemon/lemons cake/cakes cookie/cookies sandwich/sandwiches pizza/pizzas bottle/bottles
    glass/glasses plate/plates bowl/bowls spoon/spoons fork/forks knife/knives pan/pans pot/pots candle/candles mirror/mirrors brush/brushes
    comb/combs towel/towels blanket/blankets pillow/pillows toy/toys doll/dolls kite/kites drum/drums guitar/guitars piano/pianos
    violin/violins flute/flutes bell/bells whistle/whistles hammer/hammers nail/nails saw/saws rope/ropes ladder/ladders basket/baskets
    bucket/buckets broom/brooms table/tables desk/desks bench/benches sofa/sofas radio/radios television/televisions laptop/laptops
    tablet/tablets keyboard/keyboards printer/printers screen/screens pen/pens pencil/pencils notebook/notebooks magazine/magazines
    newspaper/newspapers paper/papers poem/poems song/songs story/stories gift/gifts present/presents medal/medals trophy/trophies
    crown/crowns sword/swords shield/shields helmet/helmets glove/gloves scarf/scarves belt/belts button/buttons needle/needles
    wallet/wallets suitcase/suitcases backpack/backpacks tent/tents boat/boats bicycle/bicycles wheel/wheels statue/statues vase/vases
    """
  ).map { pair in
    let parts = pair.split(separator: "/")
    return (String(parts[0]), String(parts[1]))
  }

  /// Kinds of people, singular and plural.
  public static let people: [(one: String, many: String, gender: Gender?)] = [
    ("girl", "girls", .female), ("boy", "boys", .male), ("woman", "women", .female), ("man", "men", .male),
    ("queen", "queens", .female), ("king", "kings", .male), ("mother", "mothers", .female),
    ("father", "fathers", .male), ("sister", "sisters", .female), ("brother", "brothers", .male),
    ("daughter", "daughters", .female), ("son", "sons", .male), ("princess", "princesses", .female),
    ("prince", "princes", .male), ("lady", "ladies", .female), ("gentleman", "gentlemen", .male),
    ("wife", "wives", .female), ("husband", "husbands", .male), ("grandmother", "grandmothers", .female),
    ("grandfather", "grandfathers", .male), ("niece", "nieces", .female), ("nephew", "nephews", .male),
    ("waitress", "waitresses", .female), ("waiter", "waiters", .male), ("teacher", "teachers", nil),
    ("doctor", "doctors", nil), ("nurse", "nurses", nil), ("farmer", "farmers", nil), ("pilot", "pilots", nil),
    ("judge", "judges", nil), ("soldier", "soldiers", nil), ("child", "children", nil), ("student", "students", nil),
    ("neighbor", "neighbors", nil), ("lawyer", "lawyers", nil), ("writer", "writers", nil),
  ]

  public static let adjectives = words(
    """
    old new small big heavy light dark bright clean dirty cheap red blue green yellow black white brown round flat
    soft hard cold warm dry wet strange famous beautiful plain strong weak safe dangerous quiet loud broken lost ready
    """)

  /// What a person can be.
  public static let moods = words(
    "tired hungry happy sad late early busy sick sleepy angry bored nervous proud lonely thirsty worried cold lucky brave curious kind"
  )

  public static let weekdays = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
  public static let months = words(
    "January February March April May June July August September October November December")
  public static let numberWords = words(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
    """)
  public static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
  public static let numbers = (1...99).map(String.init)

  /// What lasts for years.
  public static let spans = words(
    """
    war siege voyage reign trial festival drought plague rebellion journey project campaign empire strike famine expedition construction
    marriage alliance dispute tour crisis search reform
    """)

  /// What only somebody with a mind does.
  public static let mindfulVerbs = words(
    "wanted said thought smiled asked hoped laughed believed promised wondered decided remembered")
  /// What things do.
  public static let mindlessVerbs = words(
    "broke fell rusted cracked burned melted tipped stood lay shattered vanished sank")
}
