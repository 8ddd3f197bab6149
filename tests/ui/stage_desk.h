// A person at the window over a Stage: what the node is asked is answered when the test says so, so
// that what stands there before an answer can be looked at, and clicked on.
#pragma once

#include "tests/ui/person.h"
#include "tests/ui/pictures_world.h"

#include "ui/models/wallet_model.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/sheet.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"

#include <QTemporaryDir>
#include <QVBoxLayout>

namespace runnel::test {

struct StageDesk {
    explicit StageDesk(Stage::Scene scene = Stage::Scene::full, QSize size = {1000, 860})
        : stage(scene), preferences(folder.filePath(QStringLiteral("window.ini"))) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        wallet = std::make_unique<ui::WalletModel>(
            stage,
            [this](std::function<void()> what) {
                if (hold) held.push_back(std::move(what));
                else what();
            },
            &stage);
        frame = std::make_unique<QWidget>();
        auto* const layout = new QVBoxLayout(frame.get());
        layout->setContentsMargins(0, 0, 0, 0);
        shell = new ui::Shell(*wallet);
        layout->addWidget(shell);
        person = std::make_unique<Person>(*frame);
        frame->resize(size);
        frame->show();
        frame->activateWindow();
        static_cast<void>(QTest::qWaitForWindowActive(frame.get()));
        settle();
    }
    ~StageDesk() {
        frame.reset();
        release();
        wallet.reset();
    }
    StageDesk(const StageDesk&) = delete;
    StageDesk& operator=(const StageDesk&) = delete;

    /// What was asked since `hold` is answered now.
    void release() {
        hold = false;
        for (auto& what : std::exchange(held, {})) what();
        settle();
    }
    static void settle() {
        for (int i = 0; i < 6; ++i) {
            QTest::qWait(6);
            QCoreApplication::sendPostedEvents();
        }
    }
    /// Of all texts that can be seen.
    QStringList texts() const {
        QStringList out;
        for (auto* const top : QApplication::topLevelWidgets()) {
            for (auto* const label : top->findChildren<QLabel*>()) {
                if (label->isVisible()) out << label->text();
            }
        }
        return out;
    }
    bool isSaid(const QString& part) const { return !texts().filter(part).isEmpty(); }
    /// What the notices over every page say happened.
    QStringList notices() const {
        QStringList out;
        for (auto* const label : shell->findChildren<QLabel*>(QStringLiteral("noticeWhat"))) {
            if (label->isVisible()) out << label->text();
        }
        return out;
    }

    Stage stage;
    bool hold = false;
    std::vector<std::function<void()>> held;
    QTemporaryDir folder;
    ui::Preferences preferences;
    std::unique_ptr<ui::WalletModel> wallet;
    std::unique_ptr<QWidget> frame;
    ui::Shell* shell = nullptr;
    std::unique_ptr<Person> person;
};

inline bool present(ui::Sheet* sheet) {
    sheet->present();
    sheet->activateWindow();
    const bool active = QTest::qWaitForWindowActive(sheet);
    StageDesk::settle();
    return active;
}

/// What a fact that can be seen says; empty when it is not there.
inline QString factOf(const ui::Sheet& sheet, const char* label) {
    for (auto* const facts : sheet.findChildren<ui::Facts*>()) {
        if (!facts->isVisible()) continue;
        const auto value = facts->value(QString::fromLatin1(label));
        if (!value.isEmpty()) return value;
    }
    return {};
}

/// A dialog that is open.
template <typename T>
T* dialog(StageDesk& desk) {
    auto* const found = desk.shell->findChild<T*>();
    return found != nullptr && found->isVisible() ? found : nullptr;
}

}  // namespace runnel::test
