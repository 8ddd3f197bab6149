// What the steps of the setup look like. What they do is in setup_view.cpp.
#include "ui/format/overview.h"
#include "ui/format/setup.h"
#include "ui/format/text.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"
#include "ui/widgets/words_view.h"
#include "ui/wizards/setup_view.h"
#include "ui/wizards/word_widgets.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

namespace runnel::ui {

namespace {

constexpr int reading_width = 560;

QWidget* withButton(QWidget* field, QWidget* button) {
    auto* const row = new QWidget;
    auto* const line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::hair);
    line->addWidget(field, 1);
    line->addWidget(button);
    row->setFocusProxy(field);
    return row;
}

}  // namespace

SetupView::Step SetupView::makeStep(const char* object_name, const QString& title,
                                    const QString& explanation, const QString& glyph) {
    Step step;
    auto* const scroll = new QScrollArea;
    scroll->setObjectName(QString::fromLatin1(object_name));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(title);
    auto* const content = new ScrollContent;
    content->setObjectName(QStringLiteral("pageContent"));
    auto* const centre = new QHBoxLayout(content);
    centre->setContentsMargins(space::normal, space::large, space::normal, space::large);
    auto* const column = new QWidget;
    column->setMaximumWidth(Theme::current().px(reading_width));
    centre->addStretch(1);
    centre->addWidget(column, 100);
    centre->addStretch(1);
    step.body = new QVBoxLayout(column);
    step.body->setContentsMargins(0, space::small, 0, 0);
    step.body->setSpacing(space::normal);
    step.body->addWidget(new Glyph(glyph, Ink::accent, 36));
    step.body->addWidget((new Text("heading", title))->named("setupTitle"));
    if (!explanation.isEmpty()) step.body->addWidget(new Text("lead", explanation));
    step.problem = new Banner(
        (QString::fromLatin1(object_name) + QStringLiteral("Problem")).toLatin1().constData());
    step.body->addWidget(step.problem);
    scroll->setWidget(content);
    step.widget = scroll;
    m_stack->addWidget(scroll);
    return step;
}

void SetupView::addWay(Step& step, std::initializer_list<Button*> buttons) {
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::small, row);
    for (auto* const button : buttons) {
        if (button != nullptr) flow->addWidget(button);
    }
    step.body->addSpacing(space::small);
    step.body->addWidget(row);
    step.body->addStretch(1);
}

/// Whoever cannot read it needs another language, or larger text, before anything else.
Button* SetupView::makeSettings(const char* object_name) {
    auto* const settings = new Button(ButtonKind::quiet, tr("Settings"), object_name);
    settings->setGlyph(QStringLiteral("settings"));
    connect(settings, &Button::clicked, this, &SetupView::wantsSettings);
    return settings;
}

void SetupView::addPracticeHint(Step& step) {
    auto* const hint = new Text("muted", practiceCoinsSentence());
    hint->hide();
    step.body->addWidget(hint);
    m_practice_hints.push_back(hint);
}

QString SetupView::chainHint() {
    return tr("For example %1")
        .arg(breakable(QStringLiteral(
            "bitcoind:http://127.0.0.1:18443?cookie=/home/me/.bitcoin/regtest/.cookie")));
}

IconButton* SetupView::makeReveal(const char* object_name, const QList<SecretEdit*>& edits) {
    auto* const show =
        new IconButton(QStringLiteral("show"), tr("Show what is typed"), object_name, this);
    show->setCheckable(true);
    QObject::connect(show, &QPushButton::toggled, show, [edits, show](bool on) {
        for (auto* const edit : edits) edit->setShown(on);
        show->setGlyph(on ? QStringLiteral("hide") : QStringLiteral("show"));
        const auto name = on ? tr("Hide what is typed") : tr("Show what is typed");
        show->setAccessibleName(name);
        show->setToolTip(name);
    });
    return show;
}

QLineEdit* SetupView::chainEdit(const char* object_name) {
    auto* const edit = new QLineEdit;
    edit->setObjectName(QString::fromLatin1(object_name));
    edit->setAccessibleName(tr("Address of the chain source"));
    edit->setLayoutDirection(Qt::LeftToRight);
    return edit;
}

void SetupView::buildWelcome() {
    m_welcome = makeStep(
        "setupWelcome", tr("Welcome to Runnel"),
        tr("A wallet for payments that arrive in a moment. Where would you like to begin?"),
        QStringLiteral("runnel"));
    for (const auto& choice : m_setup.choices()) {
        if (choice.network != Network::practice) {
            m_real.push_back(choice.network);
            continue;
        }
        auto* const card = new Card("plain");
        card->body()->addWidget(new Text("title", tr("Practise first")));
        card->body()->addWidget(
            new Text("body", tr("A whole small network inside this computer: a shop, a hub, blocks "
                                "of its own. Its coins are "
                                "worth nothing, so nothing can go wrong. No internet is needed.")));
        m_practise = new Button(ButtonKind::primary, {}, "welcomePractice");
        m_practise->setGlyph(QStringLiteral("practice"));
        card->body()->addWidget(m_practise, 0, Qt::AlignLeft);
        connect(m_practise, &Button::clicked, this, [this] { choose(Network::practice); });
        m_welcome.body->addWidget(card);
    }
    if (!m_real.empty()) {
        auto* const card = new Card("plain");
        card->body()->addWidget(new Text("title", tr("A test network")));
        card->body()->addWidget(
            new Text("body", tr("With a bitcoind of yours. This version does not work with real "
                                "money yet.")));
        m_which = new QComboBox;
        m_which->setObjectName(QStringLiteral("welcomeNetwork"));
        m_which->setAccessibleName(tr("Network"));
        for (const auto network : m_real) m_which->addItem(networkName(network));
        card->body()->addWidget(labelled(tr("&Network"), m_which));
        m_source = chainEdit("welcomeChain");
        m_source_row = labelled(tr("&Chain source"), m_source, chainHint());
        card->body()->addWidget(m_source_row);
        auto* const on = new Button(ButtonKind::secondary, tr("&Go on"), "welcomeReal");
        card->body()->addWidget(on, 0, Qt::AlignLeft);
        connect(m_which, &QComboBox::currentIndexChanged, this, &SetupView::askForSource);
        connect(on, &Button::clicked, this, &SetupView::realChosen);
        m_welcome.body->addWidget(card);
    }
    addWay(m_welcome, {makeSettings("welcomeSettings")});
}

void SetupView::buildFork() {
    m_fork =
        makeStep("setupFork", tr("Your wallet"),
                 tr("A new wallet gets 24 words of its own. An old one comes back by its words."),
                 QStringLiteral("shield"));
    auto* const fresh = new Button(ButtonKind::primary, tr("Make a &new wallet"), "forkCreate");
    fresh->setGlyph(QStringLiteral("plus"));
    auto* const old = new Button(ButtonKind::secondary, tr("&Restore from words"), "forkRestore");
    old->setGlyph(QStringLiteral("restore"));
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::small, row);
    flow->addWidget(fresh);
    flow->addWidget(old);
    m_fork.body->addWidget(row);
    if (m_setup.choices().size() > 1) {
        auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "forkBack");
        connect(back, &Button::clicked, this, &SetupView::welcome);
        addWay(m_fork, {back});
    } else {
        m_fork.body->addStretch(1);
    }
    connect(fresh, &Button::clicked, this, [this] {
        m_restoring = false;
        forgetWords();
        go(m_passphrase, m_first);
    });
    connect(old, &Button::clicked, this, [this] {
        m_restoring = true;
        m_form->clear();
        go(m_restore, m_form->field(0));
    });
}

void SetupView::buildPassphrase() {
    m_passphrase =
        makeStep("setupPassphrase", tr("A passphrase for this computer"),
                 tr("It locks the wallet's file here. If you forget it, the 24 words bring back "
                    "the coins on the chain. Money in channels is not in the words."),
                 QStringLiteral("lock"));
    m_first = new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase"), "passphraseFirst");
    m_second =
        new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase again"), "passphraseSecond");
    auto* const show = makeReveal("passphraseReveal", {m_first, m_second});
    m_passphrase.body->addWidget(labelled(tr("&Passphrase"), withButton(m_first, show),
                                          tr("At least %n character(s); a few words are good.",
                                             nullptr, static_cast<int>(least_passphrase))));
    m_passphrase.body->addWidget(labelled(tr("The same &again"), m_second));
    addPracticeHint(m_passphrase);
    auto* const on = new Button(ButtonKind::primary, tr("&Go on"), "passphraseNext");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "passphraseBack");
    addWay(m_passphrase, {on, back});
    QWidget* before = m_first;
    for (QWidget* const next : std::initializer_list<QWidget*>{m_second, show, on, back}) {
        setTabOrder(before, next);
        before = next;
    }
    connect(m_first, &SecretEdit::finished, this,
            [this] { m_second->setFocus(Qt::TabFocusReason); });
    connect(m_second, &SecretEdit::finished, this, &SetupView::passphraseGiven);
    connect(on, &Button::clicked, this, &SetupView::passphraseGiven);
    connect(back, &Button::clicked, this, [this] { go(m_restoring ? m_restore : m_fork); });
}

void SetupView::buildWords() {
    m_words =
        makeStep("setupWords", tr("Your 24 words"),
                 tr("Write them on paper, in this order. Whoever has them has your coins. Only "
                    "they bring back the coins on the chain. Money in channels is not in the "
                    "words."),
                 QStringLiteral("words"));
    m_shown = new WordsView("setupWordsView");
    m_words.body->addWidget(m_shown);
    m_words.body->addWidget(new Text(
        "muted",
        tr("They are not copied to the clipboard on purpose: other programs can read it.")));
    m_words.body->addWidget(new Text("body", filesAdvice()));
    addPracticeHint(m_words);
    auto* const on =
        new Button(ButtonKind::primary, tr("I have &written them down"), "wordsWritten");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "wordsBack");
    addWay(m_words, {on, back});
    connect(on, &Button::clicked, this, [this] {
        m_shown->clear();
        m_check->ask(m_secret_words);
        go(m_checks, m_check->findChild<WordOption*>());
    });
    connect(back, &Button::clicked, this, [this] {
        forgetWords();
        go(m_passphrase, m_first);
    });
}

void SetupView::buildChecks() {
    m_checks =
        makeStep("setupChecks", tr("Three words, to be sure"),
                 tr("Look at your paper and choose the right ones."), QStringLiteral("words"));
    m_check = new WordChecks(m_setup);
    m_checks.body->addWidget(m_check);
    auto* const back = new Button(ButtonKind::quiet, tr("&Show the words again"), "checksBack");
    addWay(m_checks, {back});
    connect(m_check, &WordChecks::mistaken, this, [this] {
        m_shown->setWords(m_secret_words);
        go(m_words, findChild<Button*>(QStringLiteral("wordsWritten")));
        m_words.problem->showNote(
            "info", QStringLiteral("info"), tr("That was not the word in this place."),
            tr("Look at your paper again and compare it with the words here. Then other words are "
               "asked for."));
    });
    connect(m_check, &WordChecks::answered, this, [this] {
        m_checks.problem->hide();
        if (m_check->allRight()) create();
    });
    connect(back, &Button::clicked, this, [this] {
        m_shown->setWords(m_secret_words);
        m_check->clear();
        go(m_words);
    });
}

void SetupView::buildRestore() {
    m_restore = makeStep("setupRestore", tr("Enter your words"),
                         tr("Type them in their order. After a few letters, space completes the "
                            "word and goes on to the next."),
                         QStringLiteral("restore"));
    m_form = new WordForm(m_setup);
    m_restore.body->addWidget(m_form);
    m_restore.body->addWidget(
        new Text("body", tr("Words bring back the coins on the chain. Money in channels is not in "
                            "the words.")));
    m_restore.body->addWidget(new Text("body", filesAdvice()));
    addPracticeHint(m_restore);
    auto* const on = new Button(ButtonKind::primary, tr("&Go on"), "restoreNext");
    auto* const back = new Button(ButtonKind::quiet, tr("&Back"), "restoreBack");
    addWay(m_restore, {on, back});
    connect(on, &Button::clicked, this, &SetupView::wordsTyped);
    connect(back, &Button::clicked, this, [this] {
        m_form->clear();
        go(m_fork);
    });
    connect(m_form, &WordForm::edited, this, [this] { m_restore.problem->hide(); });
}

void SetupView::buildUnlock() {
    m_unlock = makeStep("setupUnlock", tr("Welcome back"), {}, QStringLiteral("runnel"));
    m_unlock_title = new Text("lead");
    m_unlock.body->insertWidget(2, m_unlock_title);
    m_unlocking =
        new SecretEdit(SecretEdit::Kind::passphrase, tr("Passphrase"), "unlockPassphrase");
    auto* const show = makeReveal("unlockReveal", {m_unlocking});
    m_unlock.body->addWidget(labelled(tr("&Passphrase"), withButton(m_unlocking, show)));
    m_moved = chainEdit("unlockChain");
    m_moved_row = labelled(tr("&Chain source"), m_moved,
                           tr("Only when it is another than before. %1").arg(chainHint()));
    m_unlock.body->addWidget(m_moved_row);
    auto* const on = new Button(ButtonKind::primary, tr("&Unlock"), "unlockNow");
    on->setGlyph(QStringLiteral("lock"));
    Button* other = nullptr;
    if (m_setup.choices().size() > 1) {
        other = new Button(ButtonKind::quiet, tr("Another &network"), "unlockOther");
        connect(other, &Button::clicked, this, &SetupView::welcome);
    }
    auto* const forgotten = new Button(
        ButtonKind::quiet, tr("Passphrase &forgotten, or another wallet"), "unlockAside");
    addWay(m_unlock, {on, other, forgotten, makeSettings("unlockSettings")});
    connect(m_unlocking, &SecretEdit::finished, this, &SetupView::unlock);
    connect(m_moved, &QLineEdit::returnPressed, this, &SetupView::unlock);
    connect(on, &Button::clicked, this, &SetupView::unlock);
    connect(forgotten, &Button::clicked, this, [this] {
        m_unlocking->wipe();
        go(m_aside, findChild<Button*>(QStringLiteral("asideBack")));
    });
}

void SetupView::buildAside() {
    m_aside = makeStep("setupAside", tr("Another wallet in this place"),
                       tr("Nobody can open a wallet without its passphrase, but its 24 words bring "
                          "back the coins it has on the chain. What is "
                          "here is not deleted: its folder gets another name, and a new or a "
                          "restored wallet takes its place."),
                       QStringLiteral("restore"));
    m_aside.body->addWidget(
        new Text("body", tr("Money in channels is not in the words. With channels open, look for "
                            "the passphrase first.")));
    m_aside.body->addWidget(new Text("body", filesAdvice()));
    addPracticeHint(m_aside);
    auto* const on = new Button(ButtonKind::danger, tr("&Set this wallet aside"), "asideNow");
    auto* const back = new Button(ButtonKind::secondary, tr("&Back"), "asideBack");
    addWay(m_aside, {back, on});
    connect(on, &Button::clicked, this, &SetupView::setAside);
    connect(back, &Button::clicked, this, [this] { go(m_unlock, m_unlocking); });
}

void SetupView::buildWorking() {
    m_working = makeStep("setupWorking", tr("One moment"), {}, QStringLiteral("lock"));
    m_working_text = new Text("lead");
    m_working.body->insertWidget(2, m_working_text);
    auto* const bar = new QProgressBar;
    bar->setRange(0, 0);
    bar->setTextVisible(false);
    bar->setObjectName(QStringLiteral("setupProgress"));
    bar->setAccessibleName(tr("Under way"));
    m_working.body->addWidget(bar);
    m_working.body->addStretch(1);
}

}  // namespace runnel::ui
