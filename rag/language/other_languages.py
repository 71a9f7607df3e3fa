"""The function words of other languages than English, which a search leaves out too. Those of English: `english`."""

from __future__ import annotations

__all__ = ["FUNCTION_WORDS", "FUNCTION_WORDS_OF_OTHER_SCRIPTS"]

_OF_LATIN_SCRIPT = {
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird
        werden wurde wurden hat haben hatte hatten nicht auch auf aus bei mit nach seit von vom vor zu zum
        zur fur uber unter durch gegen ohne um im ins am als wie wer was wann wo warum wieso weshalb welche
        welcher welches welchem welchen wen wem wessen wohin woher ich du er sie es wir ihr ihn ihm sich
        sein seine seinen dass ob es gibt noch nur so dann kann konnte soll will muss worden bis zwischen
        wieviel viele dieser diese dieses""",
    "fr": """le la les l un une des du de d et ou mais est sont etait etaient sera a ont avait au aux ce cet
        cette ces qui que quoi quel quelle quels quelles quand ou comment pourquoi combien dans sur sous
        avec sans pour par en vers chez entre il elle ils elles on nous vous je tu se s n ne pas plus y son
        sa ses leur leurs lui qu c j m t fait ete est ils""",
    "es": """el la los las un una unos unas y e o u pero es son era eran fue fueron sera ha han habia de del al a
        en con sin por para sobre entre desde hasta que quien quienes cual cuales cuando donde adonde como
        cuanto cuantos cuanta cuantas se su sus lo le les no ni mas muy este esta estos estas ese esa esta
        estan hay sido""",
    "it": """il lo la i gli le un uno una e ed o ma e sono era erano fu furono sara ha hanno aveva di del dello
        della dei degli delle a al allo alla ai agli alle da dal dalla dai in nel nella nei nelle con su sul
        sulla per tra fra che chi cui quale quali quando dove come perche quanto quanti quanta quante si suo
        sua suoi sue non piu ci ne c l stato stata d""",
    "pt": """o a os as um uma uns umas e ou mas e sao era eram foi foram sera ha tem tinha de do da dos das em no
        na nos nas ao aos a por pelo pela pelos pelas para com sem sobre entre ate que quem qual quais
        quando onde como porque quanto quantos quanta quantas se seu sua seus suas nao mais muito este esta
        estao ja lhe""",
    "pl": """i a oraz lub albo ale jest sa byl byla bylo byli byly bedzie w we z ze na do od po przez przed przy
        dla o u za pod nad bez miedzy kto kogo komu kim co czego czym jaki jaka jakie ktory ktora ktore
        ktorzy ktorych kiedy gdzie dlaczego jak ile czy nie sie to ten ta te tego tej tym tych on ona ono
        oni jego jej ich juz tylko zostal zostala zostalo""",
    "tr": """ve veya ile ama fakat bir bu su o da de ki mi mu icin gibi kadar gore sonra once ne kim kimi kimin
        nerede nereye nereden nasil neden nicin kac hangi hangisi degil var yok olan olarak oldu olmustur
        idi ise her daha en cok hem""",
    "nl": """de het een en of maar is zijn was waren wordt werd worden heeft hebben had niet ook op uit bij met
        na naar van voor te aan in om door over onder tegen als wie wat wanneer waar waarom hoe welke welk
        hij zij ze ik wij we zich er dat die dit deze nog""",
}
FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _OF_LATIN_SCRIPT.items()}
"""Function words of other languages in Latin script, without accents. Many are English words too ("die", "war"), so
that they count as such only in a text that holds more of them than of English ones."""

_OF_OTHER_SCRIPTS = """
и а но или что как это этот эта эти тот то та те он она оно они его ее ей ему их
им в во на с со к ко по о об от до из за для при над под без у не ни же ли бы
был была было были есть будет кто кого кому кем чего чем когда где куда откуда
почему зачем сколько какой какая какое какие который которая которое которые так
также уже еще только і й та але або що як це цей ця ці той він вона воно вони
його її йому їх у в на з із зі до від по про за для при над під без не ні чи би
б був була було були є буде хто кого кому ким чого чим коли де куди звідки чому
скільки який яка яке які так також вже ще тільки في من على الى إلى عن مع هذا هذه
ذلك تلك التي الذي الذين هو هي هم كان كانت يكون قد لقد ما ماذا من متى اين أين كيف
لماذا كم هل لا لم لن ان أن إن او أو ثم بعد قبل بين عند كل و का की के को में से
पर ने है हैं था थी थे हो और या लेकिन कि जो यह वह ये वे इस उस एक नहीं भी ही तो
क्या कौन किस किसने किसे कब कहाँ कहां क्यों कैसे कितने कितना कितनी लिए साथ बाद तक
गया गई गए कर करने किया हुआ हुई हुए अपने את של על עם הוא היא הם זה זו לא גם כי אם
או מה מי איפה מתי איך למה כמה אל ο η το οι τα του της των τον την και ή αλλά
είναι ήταν σε στο στη στην στον με για από που ποιος ποια τι πότε πού πώς γιατί
δεν να θα です ます でし した まし ませ せん てい いる いま して され れた れる すか とい いう とは
には では のは だっ った
たか るか んで るの たの ある あり りま こと する から まで など なに なん どこ どの いつ だれ どう
ので のか ですか なぜ 은 는 이 가
을 를 의 에 와 과 도 로
"""
FUNCTION_WORDS_OF_OTHER_SCRIPTS = frozenset(_OF_OTHER_SCRIPTS.split())
"""Function words that no English text can hold, and pairs of letters that carry only grammar."""
