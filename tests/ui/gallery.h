// A gallery: one view (language, theme, width, size of text) in which pages and dialogs are shown,
// looked at, and kept as pictures.
#pragma once

#include "tests/ui/look.h"
#include "tests/ui/pictures_world.h"

#include "ui/models/wallet_model.h"
#include "ui/style/theme.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDataStream>
#include <QDeadlineTimer>
#include <QDir>
#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QVBoxLayout>

namespace runnel::test {

struct View {
    QString language = QStringLiteral("en");
    bool dark = false;
    int width = 1280;
    int text = 100;
    bool mirrored = false;
    QString name() const {
        return QStringLiteral("%1-%2-%3%4%5")
            .arg(language, dark ? QStringLiteral("dark") : QStringLiteral("light"))
            .arg(width)
            .arg(text == 100 ? QString() : QStringLiteral("-%1").arg(text),
                 mirrored ? QStringLiteral("-mirrored") : QString());
    }
};

class Gallery {
public:
    explicit Gallery(const View& view)
        : m_view(view), m_preferences(m_folder.filePath(QStringLiteral("window.ini"))) {
        m_preferences.setLanguage(view.language);
        m_preferences.apply();
        ui::Theme::current().setScheme(view.dark ? ui::Scheme::dark : ui::Scheme::light);
        ui::Theme::current().setTextScale(view.text / 100.0);
        ui::Theme::current().apply();
        QGuiApplication::setLayoutDirection(view.mirrored ? Qt::RightToLeft : Qt::LeftToRight);
    }
    ~Gallery() { QGuiApplication::setLayoutDirection(Qt::LeftToRight); }

    QWidget& frame(QWidget* content) {
        m_frame = std::make_unique<QWidget>();
        m_frame->setObjectName(QStringLiteral("window"));
        auto* const layout = new QVBoxLayout(m_frame.get());
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(content);
        m_frame->resize(m_view.width, m_view.width < 600 ? 900 : 860);
        m_frame->show();
        settle();
        // A pixel or two are rounding.
        if (m_frame->width() > m_view.width + 2)
            wrong << m_view.name() +
                         QStringLiteral(": the window is %1 wide").arg(m_frame->width());
        return *m_frame;
    }
    /// Time goes by, and all that was due in it has happened: however busy the computer is, timers
    /// that ran out are heard.
    static void pass(int ms) {
        QTest::qWait(ms);
        QCoreApplication::processEvents();
    }
    /// Waits until nothing moves any more: no layout is asked for, and everything stands where it
    /// stood two rounds of events ago. A picture of what is still being laid out would show what
    /// nobody ever sees.
    bool settle() {
        const QDeadlineTimer limit(10'000);
        QByteArray stood;
        for (int calm = 0; calm < 2;) {
            pass(2);
            QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
            const auto stands = stand();
            calm = stands == stood ? calm + 1 : 0;
            stood = stands;
            if (limit.hasExpired()) return false;
        }
        return true;
    }
    /// Keeps a picture and collects what is wrong with it.
    void take(QWidget& what, const QString& name) {
        if (!settle())
            wrong << m_view.name() + u'/' + name + QStringLiteral(": does not come to rest");
        for (const auto& line : lookAt(what))
            wrong << m_view.name() + u'/' + name + QStringLiteral(": ") + line;
        if (m_view.language == QStringLiteral("pseudo")) {
            for (const auto& line : untranslatedIn(what))
                wrong << m_view.name() + u'/' + name + QStringLiteral(": ") + line;
        }
        names << name;
        const auto folder = qEnvironmentVariable("RUNNEL_PICTURES");
        if (folder.isEmpty()) return;
        QDir().mkpath(folder + u'/' + m_view.name());
        what.grab().save(folder + u'/' + m_view.name() + u'/' + name + QStringLiteral(".png"));
        // What can be scrolled to, as a whole.
        for (auto* const area : what.findChildren<QScrollArea*>()) {
            if (!area->isVisibleTo(&what) || area->verticalScrollBar()->maximum() == 0) continue;
            area->widget()->grab().save(folder + u'/' + m_view.name() + u'/' + name +
                                        QStringLiteral("-all.png"));
        }
    }
    ui::Preferences& preferences() { return m_preferences; }

    QStringList wrong, names;

private:
    /// Of all that can be seen.
    static QByteArray stand() {
        QByteArray out;
        QDataStream stream(&out, QIODevice::WriteOnly);
        for (const auto* const top : QApplication::topLevelWidgets()) {
            if (!top->isVisible()) continue;
            stream << top->geometry();
            for (const auto* const widget : top->findChildren<QWidget*>()) {
                if (widget->isVisible()) stream << widget->geometry();
            }
        }
        return out;
    }

    View m_view;
    QTemporaryDir m_folder;
    ui::Preferences m_preferences;
    std::unique_ptr<QWidget> m_frame;
};

struct OnStage {
    explicit OnStage(Stage::Scene scene = Stage::Scene::full, bool practice = true,
                     bool is_silent = false)
        : silent(is_silent),
          stage(scene),
          wallet(
              stage,
              [this](std::function<void()> what) {
                  if (!silent) what();
              },
              practice ? &stage : nullptr),
          shell(new ui::Shell(wallet)) {}
    ~OnStage() { delete shell; }
    /// Nothing is answered that is asked meanwhile.
    bool silent;
    Stage stage;
    ui::WalletModel wallet;
    QPointer<ui::Shell> shell;
    /// Another picture of the wallet; it is here when this ends.
    void show(const api::Snapshot& picture) {
        stage.show(picture);
        QVERIFY(QTest::qWaitFor([this] { return wallet.bridge().picture() == stage.snapshot(); }));
    }
    void click(const char* name) {
        shell->findChild<QAbstractButton*>(QString::fromLatin1(name))->click();
    }
};

}  // namespace runnel::test
