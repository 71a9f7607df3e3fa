"""The word lists of the mutation engine: explicit, small, and of this package alone.

The verifier under test has its own lists. Sharing them would make the engine blind where the verifier is blind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

__all__ = [
    "CITIES",
    "COUNTRIES",
    "FIRST_NAMES",
    "FUNCTION_WORDS",
    "INVENTED_PEOPLE",
    "MONTHS",
    "NOT_PERSON_WORDS",
    "NUMBER_WORDS",
    "REPORTING_VERBS",
    "TITLES",
    "WEEKDAYS",
    "Country",
    "listed",
    "read_lists",
]


class Country(NamedTuple):
    """A country by its names, its adjectives (also the words for its people) and its capital.

    names: as they stand in a sentence, with "the" where they need it; all are exact synonyms.
    """

    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    capital: str


def listed(text: str) -> tuple[str, ...]:
    """The names of a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_lists(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of a file beside this one: title → entries, which are words or patterns, with commas between them.

    A list begins with its title in brackets, and goes on until the next.
    """
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    parts = re.split(r"^\[(.+)\]$", text, flags=re.MULTILINE)
    return MappingProxyType(
        {title: listed(entries.replace("\n", ", ")) for title, entries in zip(parts[1::2], parts[2::2], strict=True)}
    )


def _countries() -> tuple[Country, ...]:
    rows = """
    the UK,Britain,the United Kingdom,Great Britain|British,English,Scottish,Welsh|London
    the US,the United States,America,the USA,the U.S.,the United States of America|American,US,U.S.|Washington
    France|French|Paris
    Germany|German|Berlin
    Italy|Italian|Rome
    Spain|Spanish|Madrid
    Portugal|Portuguese|Lisbon
    Poland|Polish|Warsaw
    Russia|Russian|Moscow
    Ukraine|Ukrainian|Kyiv
    Sweden|Swedish|Stockholm
    Norway|Norwegian|Oslo
    Denmark|Danish|Copenhagen
    Finland|Finnish|Helsinki
    Austria|Austrian|Vienna
    Hungary|Hungarian|Budapest
    Greece|Greek|Athens
    Belgium|Belgian|Brussels
    the Netherlands|Dutch|Amsterdam
    Ireland|Irish|Dublin
    Romania|Romanian|Bucharest
    Bulgaria|Bulgarian|Sofia
    Serbia|Serbian|Belgrade
    Canada|Canadian|Ottawa
    Mexico|Mexican|Mexico City
    Brazil|Brazilian|Brasilia
    Argentina|Argentine|Buenos Aires
    Cuba|Cuban|Havana
    Peru|Peruvian|Lima
    Colombia|Colombian|Bogotá
    China|Chinese|Beijing
    Japan|Japanese|Tokyo
    India|Indian|New Delhi
    Pakistan|Pakistani|Islamabad
    Vietnam|Vietnamese|Hanoi
    Thailand|Thai|Bangkok
    Indonesia|Indonesian|Jakarta
    Iran|Iranian|Tehran
    Iraq|Iraqi|Baghdad
    Syria|Syrian|Damascus
    Israel|Israeli|Jerusalem
    Egypt|Egyptian|Cairo
    Saudi Arabia|Saudi|Riyadh
    Kenya|Kenyan|Nairobi
    Nigeria|Nigerian|Abuja
    South Africa|South African|Pretoria
    Ethiopia|Ethiopian|Addis Ababa
    Australia|Australian|Canberra
    South Korea|South Korean|Seoul
    Turkey|Turkish|Ankara
    """
    parts = [line.strip().split("|") for line in rows.strip().splitlines()]
    return tuple(
        Country(tuple(names.split(",")), tuple(adjectives.split(",")), capital) for names, adjectives, capital in parts
    )


COUNTRIES = _countries()
CITIES = (
    *(country.capital for country in COUNTRIES),
    *listed("""
        Kraków, Hamburg, Munich, Cologne, Milan, Venice, Naples, Lyon, Marseille, Barcelona, Seville, Manchester,
        Liverpool, Birmingham, Edinburgh, Glasgow, Rotterdam, Geneva, Zurich, Istanbul, Odesa, Kharkiv, Jeddah,
        Dubai, Mumbai, Shanghai, Osaka, Sydney, Melbourne, Toronto, Montreal, Boston, Chicago, Los Angeles, San
        Francisco, Seattle, Houston, Atlanta, Philadelphia, Pittsburgh, Detroit, Miami, Denver, Dallas, Baltimore,
        New Orleans, Fresno, San Diego, New York City, Cape Town, Johannesburg, St. Petersburg, Saint Petersburg
    """),
)
"""Cities that are named like nothing else in everyday text."""

INVENTED_PEOPLE = listed("""
    Helen Carter, Martin Vogel, Susan Whitfield, Peter Lindqvist, Laura Benedetti, Thomas Okafor, Rachel Hollis,
    Daniel Moreau
""")
"""Stand-ins where a document names nobody else."""

TITLES = frozenset(
    listed("""
        Admiral, Archbishop, Baron, Bishop, Caliph, Captain, Cardinal, Chairman, Chancellor, Colonel, Congressman,
        Count, Dame, Detective, Director, Dr, Duke, Earl, Emperor, Foreign, General, Governor, Inspector, Judge,
        Justice, Khan, King, Lady, Lord, Major, Mayor, Minister, Miss, Mr, Mrs, Ms, Pope, President, Prime, Prince,
        Princess, Prof, Professor, Queen, Rev, Reverend, Saint, Secretary, Senator, Sheriff, Sir, Sultan, Tsar, Vice
    """)
)
FIRST_NAMES = frozenset(
    listed("""
        Aaron, Abraham, Adam, Alan, Albert, Alex, Alexander, Alfred, Alice, Allen, Amanda, Amy, Andrea, Andrew,
        Andy, Angela, Ann, Anna, Anne, Anthony, Antonio, Arthur, Barack, Barbara, Ben, Benjamin, Bernard, Beth,
        Bill, Billy, Bob, Bobby, Boris, Brad, Brandon, Brian, Bruce, Bryan, Carl, Carlos, Carol, Caroline, Casimir,
        Catherine, Charles, Charlie, Chloe, Chris, Christian, Christina, Christopher, Chuck, Claire, Colin, Craig,
        Dan, Daniel, Danny, Dave, David, Dean, Dennis, Derek, Diana, Diane, Dmitry, Don, Donald, Donna, Doug,
        Douglas, Duncan, Dylan, Ed, Eddie, Edgar, Edmund, Edward, Eleanor, Elizabeth, Ellen, Elon, Emily, Emma,
        Eric, Erik, Ernest, Ethan, Eugene, Eva, Evan, Francis, Francisco, Frank, Franklin, Fred, Frederick,
        Friedrich, Gary, Gene, Geoffrey, George, Gerald, Gilbert, Glenn, Gloria, Gordon, Grace, Graham, Greg,
        Gustav, Guy, Hannah, Harold, Harriet, Harry, Heather, Helen, Henri, Henry, Herbert, Howard, Hugh, Ian,
        Irene, Isaac, Isabel, Ivan, Jack, Jackie, Jacob, James, Jamie, Jan, Jane, Janet, Jason, Jay, Jean, Jeff,
        Jeffrey, Jennifer, Jeremy, Jerry, Jesse, Jessica, Jill, Jim, Jimmy, Joan, Joe, Joel, Johann, John, Johnny,
        Jon, Jonathan, Josef, Joseph, Josh, Joshua, José, Juan, Judy, Julia, Julian, Julianne, Julie, Julius,
        Justin, Karel, Karen, Karl, Kate, Katherine, Kathleen, Kathryn, Keir, Keith, Kelly, Ken, Kenneth, Kevin,
        Kim, Kurt, Kyle, Larry, Laura, Lauren, Lee, Leo, Leon, Leonard, Leonardo, Lewis, Linda, Lisa, Lloyd, Louis,
        Louise, Lucas, Lucy, Luke, Marco, Margaret, Maria, Marie, Mark, Martha, Martin, Mary, Matt, Matthew,
        Maurice, Max, Megan, Mel, Melissa, Michael, Michelle, Miguel, Mike, Molly, Nancy, Napoleon, Natalie, Nathan,
        Neil, Nicholas, Nick, Nicole, Nikola, Nina, Norman, Oliver, Oscar, Otto, Owen, Pamela, Patricia, Patrick,
        Paul, Paula, Peter, Phil, Philip, Phillip, Pierre, Rachel, Radek, Ralph, Randy, Ray, Raymond, Rebecca,
        Richard, Rick, Rob, Robert, Roberto, Robin, Roger, Ron, Ronald, Rose, Roy, Russell, Ruth, Ryan, Sally, Sam,
        Samuel, Sandra, Sarah, Scott, Sean, Sebastien, Sharon, Sigmund, Simon, Sophia, Sophie, Stanley, Stephen,
        Steve, Steven, Stuart, Sue, Susan, Taylor, Ted, Terry, Theodore, Thomas, Tim, Timothy, Tina, Todd, Tom,
        Tommy, Tony, Tyler, Ulysses, Victor, Victoria, Vincent, Vladimir, Volodymyr, Walter, Warren, Wayne, Wendy,
        William, Winston, Wladyslaw, Wolfgang, Zachary
    """)
)
NOT_PERSON_WORDS = frozenset(
    listed("""
        Academy, Act, Age, Airport, Army, Association, Avenue, Award, Awards, Bank, Battle, Bay, Beach, Bible,
        Board, Book, Bowl, Bridge, Brothers, Building, Canyon, Castle, Cathedral, Center, Centre, Championship,
        Christmas, Church, City, Club, College, Commission, Committee, Company, Conference, Congress, Corporation,
        Council, County, Court, Cup, Day, Department, District, Division, Doll, East, Empire, Engine, Festival,
        Field, Film, Forest, Formation, Fort, Foundation, Garden, Gardens, Government, Grand, Group, Grove, Hall,
        Hill, Hospital, Hotel, House, Image, Images, Inc, Institute, International, Island, Islands, Kingdom, Lake,
        Land, Law, Laws, League, Library, Line, Ltd, Machine, Machines, Magazine, Man, Medal, Memorial, Ministers,
        Ministry, Mississippi, Mount, Mountain, Mountains, Movement, Museum, Music, National, New, News, North,
        Office, Orchestra, Organization, Palace, Park, Party, Peninsula, Period, Photo, Plan, Prize, Program,
        Province, Railroad, Railway, Records, Republic, Revolution, River, Road, Rose, School, Sea, Season,
        Secretary, Series, Service, Shelter, Show, Society, Song, South, Square, Stadium, Star, State, States,
        Station, Store, Street, Studio, Studios, Super, Team, Television, Theorem, Tower, Town, Treaty, Trophy,
        Trust, Union, University, Valley, War, West, World, Zoo
        """)
)
"""Words that end the thought of a person: University, River, Act."""

REPORTING_VERBS = "|".join(
    listed("""
        said, says, told, tells, added, adds, warned, warns, stated, states, stressed, suggested, suggests,
        confirmed, argued, argues, claimed, claims, announced, noted, notes, explained, explains, insisted, wrote,
        writes, believed, believes, declared, admitted, replied, remarked, observed, emphasised, emphasized,
        acknowledged, concluded, proposed, predicted, asserted, thought, commented, revealed, stipulated, recalled,
        complained, denied, conjectured, hypothesized, hypothesised
    """)
)
"""As alternatives of a pattern."""

FUNCTION_WORDS = frozenset(
    listed("""
        a, about, after, all, also, although, among, an, and, another, any, are, as, asked, at, because, before,
        being, both, but, by, can, did, do, does, during, each, early, either, even, every, few, finally, first,
        following, for, from, had, has, have, he, her, here, his, how, however, i, if, in, into, is, it, it's, its,
        it’s, just, last, later, like, made, many, may, more, most, much, my, no, not, now, of, often, on, once,
        one, only, or, other, our, out, over, per, released, several, she, should, since, so, some, speaking, such,
        than, that, the, their, them, then, there, therefore, these, they, this, those, though, through, throughout,
        thus, to, today, together, too, two, under, until, up, upon, was, we, well, were, what, when, where, which,
        while, who, why, will, with, within, without, would, yet, you, your
    """)
)
WEEKDAYS = listed("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = listed("January, February, March, April, May, June, July, August, September, October, November, December")
NUMBER_WORDS: Mapping[str, int] = MappingProxyType(
    {
        word: value
        for value, word in enumerate(
            listed(
                "two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, "
                "fifteen, sixteen, seventeen, eighteen, nineteen, twenty"
            ),
            start=2,
        )
    }
    | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
)
"""Without "one", which counts nothing in "one of them" and "no one"."""
