// The steps from nothing to a wallet, as a person takes them: a passphrase, 24 words on paper,
// three questions about them.
#pragma once

#include "tests/ui/person.h"

#include "ui/wizards/word_widgets.h"

namespace runnel::test {

/// To where the words stand on the screen.
inline bool choosesAPassphrase(Person& person, const QString& passphrase) {
    return person.press("forkCreate") && person.type("passphraseFirst", passphrase) &&
           person.type("passphraseSecond", passphrase) && person.press("passphraseNext");
}

/// Of the first question that is not answered yet; null when there is none.
inline ui::WordOption* rightWord(const QWidget& window) {
    for (auto* const right : window.findChildren<ui::WordOption*>(QStringLiteral("wordRight"))) {
        if (right->isVisible() && right->isEnabled()) return right;
    }
    return nullptr;
}

inline bool answersTheQuestions(Person& person, const QWidget& window) {
    for (int i = 0; i < ui::WordChecks::questions; ++i) {
        auto* const right = rightWord(window);
        if (right == nullptr) return false;
        QTest::mouseClick(right, Qt::LeftButton);
        ++person.clicks;
    }
    return true;
}

/// All of it; the wallet is made when this ends, or refused.
inline bool makesTheWallet(Person& person, const QWidget& window, const QString& passphrase) {
    return choosesAPassphrase(person, passphrase) && person.press("wordsWritten") &&
           answersTheQuestions(person, window);
}

}  // namespace runnel::test
