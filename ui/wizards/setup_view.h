// SetupView: from nothing to an open wallet: choose a network, make a wallet (passphrase, 24 words
// shown and checked) or restore one, or unlock the one that is there. Holds secrets only in wiped
// memory and only while their page is shown.
//
//     welcome -> create or restore -> passphrase -> words -> check --+
//          ^                       \-> typed words ------------------+-> working -> opened
//     unlock ---------------------------------------------------------/
//          \-> aside -> create or restore
//
// Words that were written down stay the words of this wallet, however often making it fails.
#pragma once

#include "core/api/setup.h"
#include "ui/format/problem.h"
#include "ui/widgets/secret_edit.h"

#include <QWidget>

#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

class QBoxLayout;
class QComboBox;
class QLineEdit;
class QStackedWidget;
class QVBoxLayout;

namespace runnel::ui {

class Banner;
class Button;
class IconButton;
class Text;
class WordChecks;
class WordForm;
class WordsView;

class SetupView : public QWidget {
    Q_OBJECT
public:
    /// Begins with unlocking where there is a wallet, with the welcome where there is none.
    explicit SetupView(api::Setup& setup, QWidget* parent = nullptr);
    ~SetupView() override;

    /// What a person would miss if the window were built anew. What was typed as a passphrase stays
    /// in wiped memory on its way.
    struct Place {
        bool is_unlock = false;  ///< Else the welcome.
        Network network = Network::practice;
        SecretBytes passphrase{};
        std::string chain{};  ///< As the welcome asked for it.
        QString moved{};
        int which = 0;
        QString source{};
        // What stands there to be read.
        std::optional<api::SetupProblem> refused{};
        bool made = false;  ///< It was made just now, and refused to be opened.
        QString kept_in{};
    };
    Place place() const;
    void resume(const Place& place);
    /// Only where the settings are offered: the welcome and the unlocking. In between there are
    /// words on paper, or something is under way.
    bool canBeRebuilt() const;
    /// Where the step that is shown begins; nowhere in particular: null.
    QWidget* firstFocus() const { return m_first_focus; }

signals:
    void wantsSettings();
    /// A shared pointer, for signals copy.
    void opened(std::shared_ptr<runnel::api::Session> session, runnel::Network network);

private:
    /// Shorter ones are guessed quickly by whoever has a copy of the file.
    static constexpr std::size_t least_passphrase = 8;
    struct Step {
        QWidget* widget = nullptr;
        QVBoxLayout* body = nullptr;
        Banner* problem = nullptr;
    };
    Step makeStep(const char* object_name, const QString& title, const QString& explanation,
                  const QString& glyph);
    void buildWelcome();
    void buildFork();
    void buildPassphrase();
    void buildWords();
    void buildChecks();
    void buildRestore();
    void buildUnlock();
    void buildAside();
    void buildWorking();
    /// Shown on the practice network only: what words bring back there.
    void addPracticeHint(Step& step);
    void addWay(Step& step, std::initializer_list<Button*> buttons);
    Button* makeSettings(const char* object_name);
    QLineEdit* chainEdit(const char* object_name);
    IconButton* makeReveal(const char* object_name, const QList<SecretEdit*>& edits);
    static QString chainHint();

    void go(const Step& step, QWidget* focus = nullptr);
    void welcome();
    /// As the disk says now.
    api::WalletChoice choiceOf(Network network) const;
    void askForSource();
    void realChosen();
    void choose(Network network, const QString& chain = {});
    void passphraseGiven();
    void wordsTyped();
    void create();
    void unlock();
    void setAside();
    /// What it could not be opened for.
    /// `made`: it was made just now, with the words the person has.
    void sayRefused(const api::SetupProblem& problem, bool made = false);
    /// Where the wallet that was set aside lies.
    void sayKept(const Step& step, const QString& folder);
    void work(const QString& what);
    Wording worded(const api::SetupProblem& problem) const;
    using Opened = std::shared_ptr<Result<std::unique_ptr<api::Session>, api::SetupProblem>>;
    void made(Opened result);
    void unlocked(Opened result);
    void forgetWords();
    void forgetSecrets();

    api::Setup& m_setup;
    QStackedWidget* m_stack;
    Step m_welcome, m_fork, m_passphrase, m_words, m_checks, m_restore, m_unlock, m_aside,
        m_working;
    SecretEdit *m_first = nullptr, *m_second = nullptr, *m_unlocking = nullptr;
    WordsView* m_shown = nullptr;
    WordChecks* m_check = nullptr;
    WordForm* m_form = nullptr;
    Text *m_unlock_title = nullptr, *m_working_text = nullptr;
    std::vector<QWidget*> m_practice_hints;
    Button* m_practise = nullptr;
    QComboBox* m_which = nullptr;
    QLineEdit *m_source = nullptr, *m_moved = nullptr;
    QWidget *m_source_row = nullptr, *m_moved_row = nullptr;
    std::vector<Network> m_real;

    Network m_network = Network::practice;
    std::string m_chain;  ///< Given before, for a wallet that knows none; empty for others.
    bool m_restoring = false;
    SecretBytes m_secret_words;
    bool m_written = false;  ///< They were written down and checked.
    QWidget* m_first_focus = nullptr;
    bool m_made = false;
    std::optional<api::SetupProblem> m_refused;  ///< Said on the step that is shown; likewise:
    QString m_kept_in;
};

}  // namespace runnel::ui
